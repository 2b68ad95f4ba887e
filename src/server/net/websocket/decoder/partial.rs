//! What has come of a frame or a message that is not yet whole. It grows by what arrives, never by what was announced.

use super::super::error::ProtocolError;
use super::super::frame::{HEADER_BYTES_MAX, Header, Opcode};

/// Exists only while something is not whole.
#[derive(Debug, Default)]
pub struct Partial {
    /// The start of a header.
    pub header: PartialHeader,
    /// A frame whose payload has not come to its end.
    pub frame: Option<PartialFrame>,
    /// A message whose last frame has not come to its end.
    pub message: Option<PartialMessage>,
    /// The payload of a control frame that has not come to its end; it may stand inside a message.
    control: Vec<u8>,
}

/// A frame and how far its payload has come.
#[derive(Clone, Copy, Debug)]
pub struct PartialFrame {
    /// Its header.
    pub header: Header,
    /// Payload that has come.
    pub came_bytes: usize,
    /// Payload that has not.
    pub missing_bytes: usize,
}

impl PartialFrame {
    /// A frame of which the header has come. Its length was held against the limit.
    pub fn new(header: Header) -> Self {
        let missing_bytes = usize::try_from(header.payload_bytes).expect("the limit of a message is a usize");
        Self { header, came_bytes: 0, missing_bytes }
    }
}

impl Partial {
    /// Whether everything was whole.
    pub fn is_empty(&self) -> bool {
        self.header.is_empty() && self.frame.is_none() && self.message.is_none()
    }

    /// The memory that is kept.
    pub fn buffered_bytes(&self) -> usize {
        size_of::<Self>() + self.control.capacity() + self.message.as_ref().map_or(0, |it| it.payload.capacity())
    }

    /// Adds the next part of the payload of `frame`.
    pub fn add(&mut self, mut frame: PartialFrame, part: &[u8]) -> Result<(), ProtocolError> {
        if part.is_empty() && frame.missing_bytes > 0 {
            // Only the header has come. The whole payload may still come at once, and then nothing of it is kept.
            self.frame = Some(frame);
            return Ok(());
        }
        if frame.header.opcode.is_control() {
            self.control.extend_from_slice(part);
        } else {
            let message = self.message.get_or_insert_with(|| PartialMessage::new(frame.header));
            message.add(part, frame.missing_bytes)?;
        }
        frame.came_bytes += part.len();
        frame.missing_bytes -= part.len();
        self.frame = (frame.missing_bytes > 0).then_some(frame);
        Ok(())
    }

    /// Ends a frame: gives the payload of what is whole by it, with its first header.
    pub fn finish(&mut self, header: &Header) -> Option<(Header, Vec<u8>)> {
        if header.opcode.is_control() {
            return Some((*header, std::mem::take(&mut self.control)));
        }
        let message = if header.fin { self.message.take() } else { None };
        message.map(|message| (message.header, message.payload))
    }
}

/// A message that grows.
#[derive(Debug)]
pub struct PartialMessage {
    /// The header of its first frame, which says what it is.
    header: Header,
    /// What has come.
    pub payload: Vec<u8>,
    /// How much of it is known to be whole characters.
    valid_bytes: usize,
}

impl PartialMessage {
    fn new(header: Header) -> Self {
        Self { header, payload: Vec::new(), valid_bytes: 0 }
    }

    /// Adds a part; `missing_bytes` of the frame, this part included, have not come yet.
    fn add(&mut self, part: &[u8], missing_bytes: usize) -> Result<(), ProtocolError> {
        let needed = self.payload.len() + part.len();
        if needed > self.payload.capacity() {
            // Twofold, so that growing stays cheap, but not beyond what this frame can bring.
            let wished = (self.payload.capacity() * 2).clamp(needed, self.payload.len() + missing_bytes);
            self.payload.reserve_exact(wished - self.payload.len());
        }
        self.payload.extend_from_slice(part);
        let is_plain_text = self.header.opcode == Opcode::Text && !self.header.rsv1;
        if is_plain_text { self.validate() } else { Ok(()) }
    }

    /// Fails with the first byte that no continuation could make right.
    fn validate(&mut self) -> Result<(), ProtocolError> {
        match str::from_utf8(&self.payload[self.valid_bytes..]) {
            Ok(_) => self.valid_bytes = self.payload.len(),
            Err(error) if error.error_len().is_none() => self.valid_bytes += error.valid_up_to(),
            Err(_) => return Err(ProtocolError::InvalidUtf8),
        }
        Ok(())
    }
}

/// The first bytes of a header whose last have not come.
#[derive(Debug, Default)]
pub struct PartialHeader {
    bytes: [u8; HEADER_BYTES_MAX],
    length: usize,
}

impl PartialHeader {
    /// Whether no header was begun.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Takes bytes until the header is whole.
    pub fn complete(&mut self, input: &mut &mut [u8]) -> Result<Option<Header>, ProtocolError> {
        while let Some(byte) = input.split_off_first_mut() {
            self.bytes[self.length] = *byte;
            self.length += 1;
            if let Some((header, _)) = Header::parse(&self.bytes[..self.length])? {
                self.length = 0;
                return Ok(Some(header));
            }
        }
        Ok(None)
    }
}
