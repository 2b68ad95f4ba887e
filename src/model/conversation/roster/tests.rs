//! Protects: the roster is what the server says, and neighbours in it are told apart.

mod colours;

use proptest::prelude::*;

use super::*;
use crate::model::samples::named as person;

fn nicknames(roster: &Roster) -> Vec<&str> {
    roster.people().iter().map(|person| person.nickname.as_str()).collect()
}

#[test]
fn people_are_sorted_without_regard_to_case() {
    let mut roster = Roster::default();
    roster.change(&[person("1", "bo"), person("2", "Ada"), person("3", "茶"), person("4", "Émile")], &[], 4);
    assert_eq!(nicknames(&roster), ["Ada", "bo", "Émile", "茶"]);
}

#[test]
fn somebody_who_comes_again_is_listed_once_under_the_new_name() {
    let mut roster = Roster::default();
    roster.change(&[person("1", "ada")], &[], 1);
    roster.change(&[person("1", "ada lovelace")], &[], 1);
    assert_eq!(nicknames(&roster), ["ada lovelace"]);
}

#[test]
fn somebody_who_left_is_gone_and_the_servers_count_is_believed() {
    let mut roster = Roster::default();
    roster.change(&[person("1", "ada"), person("2", "bo")], &[], 900);
    roster.change(&[], &[person("1", "ada")], 899);
    assert_eq!(nicknames(&roster), ["bo"]);
    assert_eq!((roster.online(), roster.unnamed()), (899, 898));
    roster.change(&[], &[person("2", "bo")], 898);
    assert_eq!((roster.online(), roster.unnamed()), (898, 0), "the count says it all");
}

fn hues(roster: &Roster) -> Vec<usize> {
    roster.people().iter().map(|person| roster.hue(&person.nickname)).collect()
}

#[test]
fn a_few_people_have_hues_of_their_own_and_keep_them_while_others_come() {
    let mut roster = Roster::default();
    let people: Vec<Person> = (0..12).map(|n| person(&n.to_string(), &format!("guest {n}"))).collect();
    roster.change(&people[..6], &[], 6);
    let before: Vec<usize> = people[..6].iter().map(|person| roster.hue(&person.nickname)).collect();
    roster.change(&people[6..], &[], 12);
    let after: Vec<usize> = people[..6].iter().map(|person| roster.hue(&person.nickname)).collect();
    assert_eq!(before, after);
    let mut all = hues(&roster);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 12);
}

proptest! {
    #[test]
    fn neighbours_differ_clearly_whoever_comes_and_goes(
        steps in prop::collection::vec((prop::collection::btree_set(0..90_usize, 0..20), any::<bool>()), 1..30),
    ) {
        let mut roster = Roster::default();
        for (guests, come) in steps {
            let people: Vec<Person> =
                guests.iter().map(|n| person(&n.to_string(), &format!("guest {}", n * 37 % 100))).collect();
            let (joined, left) = if come { (people, Vec::new()) } else { (Vec::new(), people) };
            roster.change(&joined, &left, 0);
            let hues = hues(&roster);
            prop_assert!(hues.windows(2).all(|two| differs(two[0], Some(two[1]))), "{hues:?}");
        }
    }
}

#[test]
fn between_any_two_neighbours_there_is_a_hue_that_differs_from_both() {
    for (above, below) in (0..HUES).flat_map(|above| (0..HUES).map(move |below| (above, below))) {
        let is_free = |&hue: &usize| differs(hue, Some(above)) && differs(hue, Some(below));
        assert!((0..HUES).any(|hue| is_free(&hue)), "{above}, {below}");
    }
}

#[test]
fn the_same_people_have_the_same_hues_everywhere_and_who_is_away_has_the_one_of_the_name() {
    let people: Vec<Person> = (0..60).map(|n| person(&n.to_string(), &format!("guest {n}"))).collect();
    let (mut server, mut browser) = (Roster::default(), Roster::default());
    server.change(&people, &[], 60);
    browser.change(&people, &[], 60);
    assert_eq!(hues(&server), hues(&browser));
    assert_eq!(server.hue("somebody else"), Roster::default().hue("somebody else"));
}

#[test]
fn a_crowd_is_counted_but_not_all_named() {
    let mut roster = Roster::default();
    let crowd: Vec<Person> = (0..300).map(|n| person(&n.to_string(), &format!("guest {n}"))).collect();
    roster.change(&crowd, &[], 300);
    assert_eq!(roster.people().len(), ROSTER_NAMES_MAX);
    assert_eq!(roster.unnamed(), 100);
}

#[test]
fn a_whole_roster_takes_the_place_of_the_one_before_and_whoever_stays_keeps_the_hue() {
    let mut roster = Roster::default();
    roster.change(&[person("1", "ada"), person("2", "bo"), person("3", "cy")], &[], 300);
    let hues = [roster.hue("bo"), roster.hue("cy")];
    roster.replace(&[person("1", "ada lovelace"), person("2", "bo"), person("3", "cy"), person("4", "di")], 4);
    assert_eq!(nicknames(&roster), ["ada lovelace", "bo", "cy", "di"]);
    assert_eq!(([roster.hue("bo"), roster.hue("cy")], roster.unnamed()), (hues, 0));
    roster.replace(&[person("4", "di")], 1);
    assert_eq!((nicknames(&roster), roster.online()), (vec!["di"], 1));
}
