//! What a certificate says about itself, as far as people who host need to be told: who issued it to whom, when it is
//! valid, and what it may be used for (RFC 5280 §4.1 and §4.2). Nothing here decides about trust; rustls parses every certificate again by itself.

use chrono::NaiveDateTime;

use crate::protocol::Timestamp;

/// The fields of a certificate that are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// The whole name in DER, for comparing.
    pub(super) issuer: Vec<u8>,
    /// The whole name in DER, for comparing.
    pub(super) subject: Vec<u8>,
    /// The issuer's name for people.
    pub(super) issuer_name: String,
    /// The subject's name for people.
    pub(super) subject_name: String,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// Whether it is signed by way of SHA-1 or MD5.
    pub(super) has_weak_signature: bool,
    /// Whether its key is for Ed25519.
    pub(super) is_ed25519: bool,
    /// Whether it may prove a server. One that says nothing about its use may.
    pub(super) is_for_servers: bool,
    /// Whether it may issue others.
    pub(super) is_authority: bool,
}

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `[0]`, constructed: the version, which stands first if it stands at all.
const VERSION: u8 = 0xa0;
/// `id-at-commonName`, 2.5.4.3, with its tag and length.
const COMMON_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x03];

/// `[3]`, constructed: the extensions, which stand last if they stand at all.
const EXTENSIONS: u8 = 0xa3;
const OCTET_STRING: u8 = 0x04;
const BOOLEAN: u8 = 0x01;
/// Object identifiers, without tag and length.
const BASIC_CONSTRAINTS: [u8; 3] = [0x55, 0x1d, 0x13];
const EXTENDED_KEY_USAGE: [u8; 3] = [0x55, 0x1d, 0x25];
const ANY_EXTENDED_KEY_USAGE: [u8; 4] = [0x55, 0x1d, 0x25, 0x00];
const SERVER_AUTH: [u8; 8] = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const ED25519: [u8; 3] = [0x2b, 0x65, 0x70];
/// RSA with MD5 and with SHA-1 (RFC 3279 §2.2.1), ECDSA with SHA-1 (§2.2.3).
const WEAK_SIGNATURES: [&[u8]; 3] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01],
];

/// One element of DER (X.690 §8.1): its tag, its content, and both together with the length between them.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

/// The elements that stand side by side in some bytes.
struct Elements<'a>(&'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        let whole = &self.0[..self.0.len() - after.len()];
        self.0 = after;
        Some(Element { tag, content, whole })
    }
}

impl<'a> Elements<'a> {
    fn expect(&mut self, tag: u8) -> Option<Element<'a>> {
        self.next().filter(|element| element.tag == tag)
    }
}

impl Facts {
    /// `None` when the bytes are not a certificate.
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let certificate = Elements(certificate).expect(SEQUENCE)?;
        let mut fields = Elements(Elements(certificate.content).expect(SEQUENCE)?.content);
        if fields.next()?.tag == VERSION {
            let _serial_number = fields.next()?;
        }
        let signature = Elements(fields.expect(SEQUENCE)?.content).next()?;
        let issuer = fields.expect(SEQUENCE)?;
        let mut validity = Elements(fields.expect(SEQUENCE)?.content);
        let subject = fields.expect(SEQUENCE)?;
        let key = Elements(Elements(fields.expect(SEQUENCE)?.content).expect(SEQUENCE)?.content).next()?;
        let extensions = extensions(fields);
        Some(Self {
            issuer: issuer.whole.to_vec(),
            subject: subject.whole.to_vec(),
            issuer_name: common_name(&issuer),
            subject_name: common_name(&subject),
            not_before: time(&validity.next()?)?,
            not_after: time(&validity.next()?)?,
            has_weak_signature: WEAK_SIGNATURES.contains(&signature.content),
            is_ed25519: key.content == ED25519,
            is_for_servers: extension(&extensions, &EXTENDED_KEY_USAGE).is_none_or(names_servers),
            is_authority: extension(&extensions, &BASIC_CONSTRAINTS).is_some_and(says_authority),
        })
    }
}

/// The extensions among the last fields: names with values.
fn extensions(mut fields: Elements<'_>) -> Vec<(&[u8], &[u8])> {
    let found = fields.find(|field| field.tag == EXTENSIONS);
    let list = found.and_then(|found| Elements(found.content).expect(SEQUENCE));
    list.into_iter().flat_map(|list| Elements(list.content)).filter_map(name_and_value).collect()
}

fn name_and_value(extension: Element<'_>) -> Option<(&[u8], &[u8])> {
    let mut parts = Elements(extension.content);
    let (name, value) = (parts.next()?, parts.find(|part| part.tag == OCTET_STRING)?);
    Some((name.content, value.content))
}

fn extension<'a>(extensions: &[(&[u8], &'a [u8])], wanted: &[u8]) -> Option<&'a [u8]> {
    extensions.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
}

/// RFC 5280 §4.2.1.12.
fn names_servers(value: &[u8]) -> bool {
    let uses = Elements(value).expect(SEQUENCE);
    uses.is_none_or(|uses| {
        Elements(uses.content).any(|one| [&SERVER_AUTH[..], &ANY_EXTENDED_KEY_USAGE].contains(&one.content))
    })
}

/// RFC 5280 §4.2.1.9: a boolean that is false when it is absent.
fn says_authority(value: &[u8]) -> bool {
    let constraints = Elements(value).expect(SEQUENCE);
    constraints.is_some_and(|found| {
        Elements(found.content).next().is_some_and(|first| first.tag == BOOLEAN && first.content != [0])
    })
}

/// The text behind the last common name; without one, all that can be read of the name.
fn common_name(name: &Element<'_>) -> String {
    let found = name.content.windows(COMMON_NAME.len()).rposition(|window| window == COMMON_NAME);
    let value = found.and_then(|at| Elements(&name.content[at + COMMON_NAME.len()..]).next());
    let bytes = value.map_or(name.content, |value| value.content);
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).collect()
}

/// RFC 5280 §4.1.2.5: always in UTC and with seconds; a year of two digits is one from 1950 to 2049.
fn time(element: &Element<'_>) -> Option<Timestamp> {
    let text = std::str::from_utf8(element.content).ok()?;
    let text = match element.tag {
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let moment = NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?;
    Some(Timestamp::from_unix_ms(moment.and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_tells_who_issued_it_to_whom_and_when_it_is_valid() {
        let mut params = rcgen::CertificateParams::new(["tea.example".to_owned()]).expect("names");
        params.distinguished_name.push(rcgen::DnType::CommonName, "tea.example");
        params.not_before = rcgen::date_time_ymd(2026, 1, 2);
        params.not_after = rcgen::date_time_ymd(2050, 3, 4);
        let made = params.self_signed(&rcgen::KeyPair::generate().expect("a key")).expect("a certificate");
        let facts = Facts::of(made.der()).expect("readable");
        assert_eq!((&*facts.subject_name, &*facts.issuer_name), ("tea.example", "tea.example"));
        assert_eq!(facts.issuer, facts.subject);
        assert_eq!(facts.not_before.unix_ms(), 1_767_312_000_000);
        assert_eq!(facts.not_after.unix_ms(), 2_529_964_800_000);
        assert!(facts.is_for_servers && !facts.is_authority && !facts.is_ed25519 && !facts.has_weak_signature);
    }

    #[test]
    fn bytes_that_are_no_certificate_are_no_certificate_wherever_they_break_off() {
        let made = rcgen::generate_simple_self_signed(["tea.example".to_owned()]).expect("a certificate");
        let whole = made.cert.der();
        for length in 0..whole.len() {
            assert_eq!(Facts::of(&whole[..length]), None, "{length}");
        }
        assert_eq!(Facts::of(b"\x30\x84\xff\xff\xff\xff"), None);
    }
}
