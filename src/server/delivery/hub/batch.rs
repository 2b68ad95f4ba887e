//! A run: what one room is sent in one go. Everything that waits when a fan-out begins goes into one piece of memory, in one
//! form for each kind of receiver; so a line is sent at once while there is little to do, and many lines in one write
//! while there is much (uWebSockets' corking, without its delay). Not here: who receives it (`room`).

use std::cell::OnceCell;
use std::sync::Arc;

use bytes::BytesMut;

use super::publication::Publication;
use crate::protocol::Seq;
use crate::server::delivery::frame::{Frame, Image, Wire};
use crate::server::net::websocket::Form;

/// What becomes of a run at a reader that is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits.
    Kept,
    /// It is the first to go (typing).
    Ephemeral,
}

/// Something that a room is sent.
#[derive(Clone)]
pub enum Piece {
    /// An event of the log, for both wires.
    Event(Arc<Publication>),
    /// A notice that does not last, for those who are live on one wire.
    Notice(Wire, Frame, Standing),
}

/// Pieces in their order.
pub struct Run {
    standing: Standing,
    pieces: Vec<Piece>,
    bytes: usize,
    /// The whole of it for each kind of receiver, made when the first of them needs it.
    wholes: [OnceCell<Image>; 4],
}

impl Piece {
    fn standing(&self) -> Standing {
        match self {
            Self::Event(_) => Standing::Kept,
            Self::Notice(_, _, standing) => *standing,
        }
    }

    fn approximate_bytes(&self) -> usize {
        match self {
            Self::Event(publication) => publication.approximate_bytes(),
            Self::Notice(_, frame, _) => frame.len(),
        }
    }

    /// Its frame for a receiver that has everything up to `after`.
    fn frame(&self, wire: Wire, form: Form, after: Seq) -> Option<&Frame> {
        match self {
            Self::Event(publication) if publication.seq() > after => publication.frame(wire, form),
            Self::Notice(its_wire, frame, _) if *its_wire == wire => Some(frame),
            Self::Event(_) | Self::Notice(..) => None,
        }
    }
}

impl Run {
    /// A run of one piece.
    #[must_use]
    pub fn new(piece: Piece) -> Self {
        let (standing, bytes) = (piece.standing(), piece.approximate_bytes());
        Self { standing, pieces: vec![piece], bytes, wholes: Default::default() }
    }

    /// Appends a piece, unless it must go by itself: then it comes back. A run that has so many bytes takes no more: what is
    /// on its way to a reader is not given up, however slow it turns out to be.
    ///
    /// # Errors
    /// The piece.
    pub fn append(&mut self, piece: Piece, bytes_max: usize) -> Result<(), Piece> {
        if piece.standing() != self.standing || self.bytes >= bytes_max {
            return Err(piece);
        }
        self.bytes += piece.approximate_bytes();
        self.pieces.push(piece);
        Ok(())
    }

    /// What becomes of it at a slow reader.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Its newest event.
    #[must_use]
    pub fn last_seq(&self) -> Option<Seq> {
        self.events().last().map(|event| event.seq())
    }

    /// Its events in their order.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Publication> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Event(publication) => Some(&**publication),
            Piece::Notice(..) => None,
        })
    }

    /// All of it that is new to a receiver that has everything up to `after`. Receivers to whom all is new share one
    /// image.
    pub fn image(&self, wire: Wire, form: Form, after: Seq) -> Image {
        let has_none = self.events().next().is_none_or(|first| first.seq() > after);
        if has_none {
            let whole = &self.wholes[(wire as usize) * 2 + form as usize];
            whole.get_or_init(|| self.join(wire, form, after)).clone()
        } else {
            self.join(wire, form, after)
        }
    }

    fn join(&self, wire: Wire, form: Form, after: Seq) -> Image {
        let frames: Vec<_> = self.pieces.iter().filter_map(|piece| piece.frame(wire, form, after)).collect();
        match frames[..] {
            [only] => only.clone().into(),
            _ => {
                let mut bytes = BytesMut::with_capacity(frames.iter().map(|frame| frame.len()).sum());
                frames.iter().for_each(|frame| bytes.extend_from_slice(frame));
                Image { bytes: bytes.freeze(), frames: frames.len() }
            }
        }
    }
}
