use super::*;

#[test]
fn a_button_says_what_it_asks_for_and_nothing_else_is_taken_for_one() {
    let react =
        |target, emoji: &str, change| Some(Press::React { target: Seq::new(target), emoji: emoji.to_owned(), change });
    assert_eq!(Press::parse("17", ""), Some(Press::Offer(Seq::new(17))));
    assert_eq!(Press::parse(&Change::Set.value(Seq::new(17), "🍵"), "9"), react(17, "🍵", Change::Set));
    assert_eq!(Press::parse(&Change::TakeBack.value(Seq::new(17), "1️⃣"), ""), react(17, "1️⃣", Change::TakeBack));
    assert_eq!(Press::parse("+🍵", "9"), react(9, "🍵", Change::Set));
    for nonsense in ["", "+🍵", "17🍵", "-17", "99999999999999999999+🍵"] {
        assert_eq!(Press::parse(nonsense, ""), None, "{nonsense:?}");
    }
}
