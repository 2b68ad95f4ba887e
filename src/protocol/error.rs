//! The two tables of what can go wrong: [`ErrorCode`] answers one request and the connection goes on;
//! [`CloseCode`] ends a connection and says whether to come back. Both are listed in `PROTOCOL.md`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares the error codes with the one table of their names and explanations.
macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $explanation:literal;)*) => {
        /// Why a request was refused. The wire form is the name in snake case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String")]
        pub enum ErrorCode {
            $(#[doc = $explanation] #[serde(rename = $name)] $variant,)*
        }

        impl ErrorCode {
            /// Every code, for tables and for tests that each one is documented and translated.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The wire form.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What is wrong and what to do, in one English sentence, for scripts and logs.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation),* }
            }
        }
    };
}

error_codes! {
    EmptyMessage = "empty_message", "The message is empty: write something.";
    MessageTooLong = "message_too_long", "The message is too long: shorten it or send it in parts.";
    ForbiddenCharacter = "forbidden_character", "The message holds a character that reverses text (U+202D or U+202E): remove it.";
    NicknameRequired = "nickname_required", "Choose a nickname first.";
    NicknameEmpty = "nickname_empty", "The nickname is empty: type one.";
    NicknameTooLong = "nickname_too_long", "The nickname is too long: choose a shorter one.";
    NicknameForbiddenCharacter = "nickname_forbidden_character", "The nickname holds a character that names may not hold: remove it.";
    NicknameTaken = "nickname_taken", "Somebody else has this nickname: choose another.";
    NicknameReserved = "nickname_reserved", "This nickname is reserved: choose another.";
    NicknameLookAlike = "nickname_look_alike", "This nickname looks like that of somebody else: choose another.";
    NicknameResting = "nickname_resting", "Somebody gave this nickname back a short while ago, so it rests: choose another.";
    RoomNotFound = "room_not_found", "There is no such room: check the address or create it.";
    RoomExists = "room_exists", "A room with this address exists already: open it or choose another name.";
    RoomNameInvalid = "room_name_invalid", "The room needs a name of 1 to 40 letters or digits.";
    RoomLookAlike = "room_look_alike", "A room whose address looks the same exists already: choose another name.";
    TooManyRooms = "too_many_rooms", "There are as many rooms as this server allows: use one of them.";
    NotJoined = "not_joined", "This connection has not joined the room: send join first.";
    TooManyJoins = "too_many_joins", "This connection follows as many rooms as it may: leave one first.";
    IdConflict = "id_conflict", "This id was used for another post: use a new one.";
    MessageNotFound = "message_not_found", "There is no such message in this room: reload the page, or ask for its history again.";
    NotYours = "not_yours", "This message is somebody else's: only its author may change it.";
    TooLate = "too_late", "It is too late for this change: the server allows it for a limited time only.";
    MessageDeleted = "message_deleted", "This message is deleted: restore it before you change it.";
    NotDeleted = "not_deleted", "This message is not deleted: there is nothing to restore.";
    ReactionInvalid = "reaction_invalid", "A reaction is one emoji of Unicode: send one.";
    TooManyReactions = "too_many_reactions", "This message has as many different reactions as this server allows: use one of them.";
    UnknownKind = "unknown_kind", "Members cannot post this kind of event here: reload the page or update the program.";
    TooFast = "too_fast", "Too many requests: wait as long as retry_after_ms says.";
    Busy = "busy", "The server has too much to do: try again after retry_after_ms.";
    DiskFull = "disk_full", "The server's disk is full: reading goes on; post again when its host has freed space.";
    Damaged = "damaged", "The server's database is damaged: what can be read is there; its host must restore a backup.";
    ShuttingDown = "shutting_down", "The server is restarting: try again after retry_after_ms.";
    MalformedFrame = "malformed_frame", "The frame is not a JSON object of a known shape: see PROTOCOL.md.";
    FrameTooLarge = "frame_too_large", "The frame or request is larger than the server accepts: send less at once.";
    BinaryFrame = "binary_frame", "Binary frames are not part of this protocol: send JSON as text.";
    HelloExpected = "hello_expected", "The first frame must be hello, and it comes once.";
    UnsupportedProtocol = "unsupported_protocol", "This protocol version is not spoken here: reload the page or update the program.";
    OriginRefused = "origin_refused", "Requests from this origin, or with a cookie and without Origin, are not allowed: see server.allowed_origins, and for the plain socket server.plain_origins.";
    HostRefused = "host_refused", "This server does not answer under this host name: see server.hosts.";
    BadRequest = "bad_request", "The request is malformed: see PROTOCOL.md.";
    NotFound = "not_found", "There is nothing at this address.";
    TooManyConnections = "too_many_connections", "Too many connections: close one, or try again later.";
    Internal = "internal", "Something went wrong in the server: try again; its log knows more.";
}

/// A code of a newer server is read as `internal`: what it says beside that, whether waiting helps, still counts.
impl From<String> for ErrorCode {
    fn from(name: String) -> Self {
        Self::ALL.iter().copied().find(|code| code.name() == name).unwrap_or(Self::Internal)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A refused request: the reason and, where waiting helps, how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {explanation}", explanation = code.explanation())]
pub struct Refusal {
    /// Why.
    pub code: ErrorCode,
    /// Set when the same request may succeed later: the least wait in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u32>,
}

impl Refusal {
    /// A refusal that waiting does not mend.
    #[must_use]
    pub const fn permanent(code: ErrorCode) -> Self {
        Self { code, retry_after_ms: None }
    }

    /// A refusal that may pass after a while.
    #[must_use]
    pub const fn retry_after(code: ErrorCode, retry_after_ms: u32) -> Self {
        Self { code, retry_after_ms: Some(retry_after_ms) }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        self.retry_after_ms.is_some()
    }
}

/// A refusal with its explanation, as HTTP answers carry it: `{"code","explanation","retry_after_ms"?}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedRefusal {
    /// Why.
    pub code: ErrorCode,
    /// The same in words.
    pub explanation: &'static str,
    /// In how many milliseconds the same request may succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u32>,
}

impl From<Refusal> for ExplainedRefusal {
    fn from(Refusal { code, retry_after_ms }: Refusal) -> Self {
        Self { code, explanation: code.explanation(), retry_after_ms }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::permanent(code)
    }
}

/// Whether a client that was closed should come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reconnect {
    /// Yes, after the usual back-off.
    Yes,
    /// No: the same connection would be closed again.
    No,
}

/// Why the server closed a WebSocket. 4000–4099: come back; 4100–4199: do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// The server is stopping.
    Drain = 1012,
    /// A frame was larger than `limits.frame_bytes`.
    FrameTooLarge = 1009,
    /// A text frame was not UTF-8, or a compressed one not DEFLATE.
    InvalidUtf8 = 1007,
    /// A frame broke RFC 6455.
    ProtocolError = 1002,
    /// The bounded sendq of this connection was full: read faster.
    Slow = 4000,
    /// Nothing was heard for longer than `limits.idle_timeout`.
    Idle = 4001,
    /// Too many refused frames in a row.
    TooFast = 4002,
    /// The session got another nickname: come back under the new one.
    IdentityChanged = 4003,
    /// The same page opened a newer connection.
    Replaced = 4100,
    /// The client speaks another protocol version: reload.
    UnsupportedProtocol = 4101,
    /// The session ended: choose a nickname again.
    SessionEnded = 4102,
}

impl CloseCode {
    /// Every code, for tables and tests.
    pub const ALL: &[Self] = &[
        Self::Drain,
        Self::FrameTooLarge,
        Self::InvalidUtf8,
        Self::ProtocolError,
        Self::Slow,
        Self::Idle,
        Self::TooFast,
        Self::IdentityChanged,
        Self::Replaced,
        Self::UnsupportedProtocol,
        Self::SessionEnded,
    ];

    /// The number in the close frame.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The reason in the close frame.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Drain => "drain",
            Self::FrameTooLarge => "frame_too_large",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::ProtocolError => "protocol_error",
            Self::Slow => "slow",
            Self::Idle => "idle",
            Self::TooFast => "too_fast",
            Self::IdentityChanged => "identity_changed",
            Self::Replaced => "replaced",
            Self::UnsupportedProtocol => "unsupported_protocol",
            Self::SessionEnded => "session_ended",
        }
    }

    /// What a client does with any close code, also one that it does not know.
    #[must_use]
    pub const fn reconnect(number: u16) -> Reconnect {
        if number >= 4100 && number < 4200 { Reconnect::No } else { Reconnect::Yes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_a_newer_server_still_says_whether_waiting_helps() {
        let refusal: Refusal = serde_json::from_str(r#"{"code":"muted","retry_after_ms":5}"#).unwrap();
        assert_eq!(refusal, Refusal::retry_after(ErrorCode::Internal, 5));
    }
}
