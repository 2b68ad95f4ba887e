//! Hosts that could read as another one, and how they are looked up: Punycode (RFC 3492). The rule is smaller than that of
//! browsers (UTS #39 §5.2), and needs no tables: one script for all of a host, except that Latin goes together with
//! scripts that have nothing in common with it. Not here: what a host may hold (`links`).

use crate::model::text::unicode;

/// No longer name can be looked up: 253 characters, each of at most four bytes.
pub(super) const BYTES_MAX: usize = 253 * 4;

const LATIN: u32 = 0;
const ARABIC: u32 = 1;
const WIDE: u32 = 2;
const FIRST_OTHER: u32 = 3;

/// The script of a letter, roughly; none for what every script uses.
fn script(character: char) -> Option<u32> {
    Some(match character {
        '\0'..='\u{7F}' if !character.is_ascii_alphabetic() => return None,
        '\u{0300}'..='\u{036F}' => return None,
        '\0'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}' => LATIN,
        '\u{0600}'..='\u{08FF}' => ARABIC,
        '\u{2E80}'.. => WIDE,
        // Greek and Cyrillic are larger than the others.
        '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}' => FIRST_OTHER,
        '\u{0400}'..='\u{052F}' => FIRST_OTHER + 1,
        _ => FIRST_OTHER + 2 + (character as u32 >> 7),
    })
}

/// A host in ASCII, if it could read as another one as it is.
pub(super) fn looked_up(host: &str) -> Option<String> {
    could_be_mistaken(host).then(|| {
        let host = unicode::lowercase(host);
        let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
        let labels: Vec<String> = name.split('.').map(label_in_ascii).collect();
        [&labels.join("."), port].concat()
    })
}

fn could_be_mistaken(host: &str) -> bool {
    let (mut has_latin, mut has_like_latin) = (false, false);
    for label in host.split('.') {
        let mut own = None;
        for script in label.chars().filter_map(script) {
            if own.is_some_and(|own| own != script) {
                return true;
            }
            own = Some(script);
            has_latin |= script == LATIN;
            has_like_latin |= script >= FIRST_OTHER;
        }
    }
    has_latin && has_like_latin
}

fn label_in_ascii(label: &str) -> String {
    if label.is_ascii() { label.to_owned() } else { ["xn--", &punycode(label)].concat() }
}

/// RFC 3492 §6.3.
fn punycode(label: &str) -> String {
    let mut encoded: String = label.chars().filter(char::is_ascii).collect();
    let basic = encoded.len() as u64;
    if basic > 0 {
        encoded.push('-');
    }
    let (mut next, mut delta, mut bias, mut handled) = (128_u64, 0_u64, 72_u64, basic);
    while let Some(code) =
        label.chars().map(|character| u64::from(u32::from(character))).filter(|code| *code >= next).min()
    {
        delta += (code - next) * (handled + 1);
        next = code;
        for character in label.chars().map(|character| u64::from(u32::from(character))) {
            delta += u64::from(character < next);
            if character == next {
                push_number(&mut encoded, delta, bias);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        next += 1;
    }
    encoded
}

/// A number of variable length, its lowest digit first.
fn push_number(encoded: &mut String, mut number: u64, bias: u64) {
    let mut place = BASE;
    loop {
        let threshold = place.saturating_sub(bias).clamp(1, 26);
        if number < threshold {
            encoded.push(digit(number));
            return;
        }
        encoded.push(digit(threshold + (number - threshold) % (BASE - threshold)));
        number = (number - threshold) / (BASE - threshold);
        place += BASE;
    }
}

const BASE: u64 = 36;

/// `a` to `z`, then `0` to `9`.
fn digit(value: u64) -> char {
    let value = u32::try_from(value).ok().and_then(|value| char::from_digit((value + 10) % 36, 36));
    value.expect("a number below 36 is one digit")
}

/// RFC 3492 §6.1.
fn adapted(delta: u64, handled: u64, is_first: bool) -> u64 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / handled;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += BASE;
    }
    bias + BASE * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples of RFC 3492 §7.1, and a German one.
    #[test]
    fn the_samples_of_the_standard_are_encoded_as_it_says() {
        for (label, expected) in [
            ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
            ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
            ("bücher", "bcher-kva"),
        ] {
            assert_eq!(punycode(label), expected, "{label}");
        }
    }

    #[test]
    fn only_a_host_that_could_be_mistaken_is_shown_as_it_is_looked_up() {
        for plain in [
            "bank.example",
            "bücher.example:8080",
            "例子.测试",
            "例子.com",
            "кто.рф",
            "مثال.com",
            "[::1]",
            "1.2.3.4",
            "हिन्दी.भारत",
        ] {
            assert_eq!(looked_up(plain), None, "{plain}");
        }
        for (mixed, expected) in [
            ("bаnk.example", "xn--bnk-6cd.example"),
            ("Bаnk.example:8080", "xn--bnk-6cd.example:8080"),
            ("раураl.example", "xn--l-7sba6dbr.example"),
            ("кто.example", "xn--j1ail.example"),
            ("bankノlogin.example", "xn--banklogin-j74h.example"),
        ] {
            assert_eq!(looked_up(mixed).as_deref(), Some(expected), "{mixed}");
        }
    }
}
