//! Posts that are no message, such as reactions and edits, and do not go any more: they have no row of their own, so nobody is
//! asked about them, and they are given up. Not here: how that is told, and where the text of an edit goes (`posting`).

use super::{Outbox, OutgoingPost, PostState};

impl Outbox {
    /// Whether [`Outbox::give_up`] would take something out.
    #[must_use]
    pub fn has_given_up(&self) -> bool {
        self.posts.iter().any(is_given_up)
    }

    /// Takes out the posts that are no message and were refused for good, waited too long, or are of another person. Their states
    /// tell which.
    pub fn give_up(&mut self) -> Vec<OutgoingPost> {
        let given_up = self.posts.iter().filter(|post| is_given_up(post)).cloned().collect();
        self.posts.retain(|post| !is_given_up(post));
        given_up
    }
}

fn is_given_up(post: &OutgoingPost) -> bool {
    post.text().is_none() && matches!(post.state, PostState::Failed(_) | PostState::Stale)
}

#[cfg(test)]
mod tests {
    use super::super::STALE_MS;
    use super::*;
    use crate::model::samples::person;
    use crate::protocol::{ErrorCode, PostBody, PostId, Refusal, RoomSlug, Seq, Timestamp};

    const NOW: Timestamp = Timestamp::from_unix_ms(0);

    fn id(name: &str) -> PostId {
        PostId::parse(name).expect("a good id")
    }

    /// Ada's message `text`, and her reaction `reaction`.
    fn outbox() -> Outbox {
        let mut outbox = Outbox::default();
        let reaction = PostBody::Reaction { target: Seq::new(1), emoji: "🍵".to_owned(), on: true };
        for (name, body) in
            [("text", PostBody::Message { text: "tea".to_owned(), reply_to: None }), ("reaction", reaction)]
        {
            outbox.push(RoomSlug::lobby(), id(name), person("ada").id, body, NOW);
        }
        outbox
    }

    fn given_up(outbox: &mut Outbox) -> Vec<(String, PostState)> {
        assert_eq!(outbox.has_given_up(), !outbox.clone().give_up().is_empty());
        outbox.give_up().into_iter().map(|post| (post.post_id.to_string(), post.state)).collect()
    }

    #[test]
    fn a_refused_reaction_is_given_up_with_the_reason_and_a_message_is_kept() {
        let mut outbox = outbox();
        assert_eq!(given_up(&mut outbox), []);
        let refusal = Refusal::permanent(ErrorCode::MessageNotFound);
        for name in ["text", "reaction"] {
            outbox.refused(&id(name), refusal, NOW);
        }
        assert_eq!(given_up(&mut outbox), [("reaction".to_owned(), PostState::Failed(refusal))]);
        assert_eq!(outbox.posts().len(), 1, "the person decides about what they typed");
    }

    #[test]
    fn a_reaction_that_was_refused_for_now_is_tried_again() {
        let mut outbox = outbox();
        outbox.acked(&id("text"));
        outbox.refused(&id("reaction"), Refusal::retry_after(ErrorCode::TooFast, 1_000), NOW);
        assert_eq!(given_up(&mut outbox), []);
        let later = Timestamp::from_unix_ms(1_000);
        assert_eq!(outbox.next_to_send(later).map(|post| post.post_id.clone()), Some(id("reaction")));
    }

    #[test]
    fn a_reaction_that_waited_for_a_day_or_is_of_somebody_else_is_given_up() {
        let mut old = outbox();
        assert!(old.next_to_send(Timestamp::from_unix_ms(STALE_MS + 1)).is_none());
        assert_eq!(given_up(&mut old), [("reaction".to_owned(), PostState::Stale)]);
        let mut of_another = outbox();
        of_another.speak_as(&person("bo").id);
        assert_eq!(given_up(&mut of_another), [("reaction".to_owned(), PostState::Stale)]);
    }

    #[test]
    fn nobody_is_asked_about_a_reaction() {
        let mut outbox = outbox();
        assert!(outbox.unsent(&RoomSlug::lobby()).is_some());
        outbox.discard(&id("text"));
        assert_eq!(outbox.unsent(&RoomSlug::lobby()), None);
        assert_eq!(outbox.messages().count(), 0);
        assert!(!outbox.has_news_of_gone_rooms(&[]), "no room is kept for it");
    }
}
