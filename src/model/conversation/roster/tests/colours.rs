//! Protects: hues that may stand side by side differ for everybody's eyes, in both themes, and initials can be read.

use super::*;

const TOKENS: &str = include_str!("../../../../../style/base/tokens.css");
const SEALS: &str = include_str!("../../../../../style/components/seal.css");

type Rgb = [f64; 3];

/// Full protanopia, deuteranopia and tritanopia, for linear RGB: Machado, Oliveira, Fernandes 2009, severity 1.0. First
/// the eyes of most people.
const EYES: [(&str, [Rgb; 3]); 4] = [
    ("most people", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    ),
    (
        "deuteranopia",
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    ),
    (
        "tritanopia",
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
    ),
];

/// A difference in OKLab that is seen at a glance by most people, and one that is just seen without doubt.
const CLEAR: [f64; 2] = [0.07, 0.03];
/// WCAG 2.2, 1.4.3.
const READABLE: f64 = 4.5;

/// OKLCH to linear RGB (Ottosson 2020).
fn rgb(lightness: f64, chroma: f64, degrees: f64) -> Rgb {
    let (a, b) = (chroma * degrees.to_radians().cos(), chroma * degrees.to_radians().sin());
    let [l, m, s] = [
        lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b,
        lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b,
        lightness - 0.089_484_177_5 * a - 1.291_485_548 * b,
    ]
    .map(|cone| cone.powi(3));
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
    ]
    .map(|part| part.clamp(0.0, 1.0))
}

fn oklab([r, g, b]: Rgb) -> Rgb {
    let [l, m, s] = [
        0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b,
        0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b,
        0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b,
    ]
    .map(f64::cbrt);
    [
        0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
    ]
}

fn seen(eyes: &[Rgb; 3], colour: Rgb) -> Rgb {
    let part = |row: &Rgb| row.iter().zip(colour).map(|(weight, part)| weight * part).sum::<f64>().clamp(0.0, 1.0);
    oklab([part(&eyes[0]), part(&eyes[1]), part(&eyes[2])])
}

fn distance(one: Rgb, other: Rgb) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let luminance = |[r, g, b]: Rgb| 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    let (one, other) = (luminance(one), luminance(other));
    one.max(other) / one.min(other)
}

/// The value of a token in the light and in the dark theme.
fn token(name: &str) -> [f64; 2] {
    let values: Vec<f64> = TOKENS
        .lines()
        .filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": ")?.strip_suffix(';')?.parse().ok())
        .collect();
    values.try_into().expect("a light value and a dark one")
}

/// Paper and ink of a hue's seal, in the light and in the dark theme.
fn seal(hue: usize) -> [(Rgb, Rgb); 2] {
    let degrees = (hue * 360 / HUES) as f64;
    let tone = (hue % TONES) as f64;
    let [paper, tones, paper_chroma, ink, ink_chroma] =
        ["--seal-paper-lightness", "--seal-tone", "--seal-paper-chroma", "--seal-ink-lightness", "--seal-ink-chroma"]
            .map(token);
    [0, 1].map(|theme| {
        let lightness = tone.mul_add(tones[theme], paper[theme]);
        (rgb(lightness, paper_chroma[theme], degrees), rgb(ink[theme], ink_chroma[theme], degrees))
    })
}

#[test]
fn seals_that_may_stand_side_by_side_differ_for_every_kind_of_eyes() {
    for (hue, neighbour) in (0..HUES).flat_map(|hue| (0..HUES).map(move |neighbour| (hue, neighbour))) {
        if !differs(hue, Some(neighbour)) {
            continue;
        }
        for (index, (whose, eyes)) in EYES.iter().enumerate() {
            for theme in 0..2 {
                let [one, other] = [hue, neighbour].map(|hue| seen(eyes, seal(hue)[theme].0));
                let (apart, clear) = (distance(one, other), CLEAR[index.min(1)]);
                assert!(apart >= clear, "{hue} beside {neighbour}, {whose}, theme {theme}: {apart:.4}");
            }
        }
    }
}

#[test]
fn the_initial_on_every_seal_can_be_read() {
    for (hue, (paper, ink)) in (0..HUES).flat_map(|hue| seal(hue).map(|seal| (hue, seal))) {
        assert!(contrast(paper, ink) >= READABLE, "{hue}: {:.2}", contrast(paper, ink));
    }
}

#[test]
fn the_style_sheet_has_the_hue_and_the_tone_of_every_seal() {
    for hue in 0..HUES {
        let tone = match hue % TONES {
            0 => String::new(),
            tone => format!("  --tone: {tone};\n"),
        };
        let rule = format!(".seal--hue-{hue} {{\n  --hue: {};\n{tone}}}\n", hue * 360 / HUES);
        assert!(SEALS.contains(&rule), "{rule}");
    }
}
