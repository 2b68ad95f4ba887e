//! What tells the languages apart, as far as their colours need it.

/// A language.
#[derive(Debug)]
pub(super) struct CodeLanguage {
    /// What people call it behind the fence, in lower case, between spaces.
    names: &'static str,
    pub(super) words: CodeWords,
    pub(super) comments: Comments,
    /// What begins and ends a text.
    pub(super) quotes: &'static str,
    /// Whether three quotes begin a text of several lines.
    pub(super) has_triple_quotes: bool,
    /// Whether an apostrophe begins a single character.
    pub(super) has_characters: bool,
    /// Whether what stands before a colon names a value.
    pub(super) has_keys: bool,
    /// Whether a hyphen is part of a word.
    pub(super) has_dashes: bool,
}

#[cfg(test)]
impl CodeLanguage {
    /// All its names.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.names.split(' ')
    }
}

/// Which words a language has, between spaces.
#[derive(Debug)]
pub(super) enum CodeWords {
    Exactly(&'static str),
    InAnyCase(&'static str),
    /// It has tags instead, in which words name attributes.
    Tags,
}

/// How comments begin, and those of several lines end.
#[derive(Debug)]
pub(super) struct Comments {
    pub(super) line: Option<&'static str>,
    pub(super) block: Option<(&'static str, &'static str)>,
}

/// The language that is called so.
pub(super) fn named(name: &str) -> Option<&'static CodeLanguage> {
    LANGUAGES.iter().find(|language| language.names.split(' ').any(|known| known.eq_ignore_ascii_case(name)))
}

const LIKE_C: Comments = Comments { line: Some("//"), block: Some(("/*", "*/")) };
const HASH: Comments = Comments { line: Some("#"), block: None };

/// A language with words, whose comments are like those of C and whose texts stand between double quotes.
const fn like_c(names: &'static str, words: &'static str) -> CodeLanguage {
    CodeLanguage {
        names,
        words: CodeWords::Exactly(words),
        comments: LIKE_C,
        quotes: "\"",
        has_triple_quotes: false,
        has_characters: true,
        has_keys: false,
        has_dashes: false,
    }
}

/// A language whose comments begin with `#` and whose texts stand between either quote.
const fn with_hash(names: &'static str, words: &'static str) -> CodeLanguage {
    CodeLanguage { comments: HASH, quotes: "\"'", has_characters: false, ..like_c(names, words) }
}

/// A language in which either quote and the backtick begin a text.
const fn script(names: &'static str, words: &'static str) -> CodeLanguage {
    CodeLanguage { quotes: "\"'`", has_characters: false, ..like_c(names, words) }
}

pub(super) static LANGUAGES: [CodeLanguage; 16] = [
    like_c(
        "c h",
        "auto bool break case char const continue default do double else enum extern false float for goto if inline int long NULL register return short signed sizeof static struct switch true typedef union unsigned void volatile while",
    ),
    like_c(
        "cpp c++ cc hpp",
        "auto bool break case catch char class const constexpr continue default delete do double else enum explicit extern false final float for friend if inline int long namespace new noexcept nullptr operator override private protected public return short signed sizeof static struct switch template this throw true try typedef typename union unsigned using virtual void volatile while",
    ),
    like_c(
        "cs csharp c#",
        "abstract as async await base bool break byte case catch char class const continue decimal default do double else enum event false finally float for foreach get if in int interface internal is long namespace new null object out override private protected public readonly record ref return sealed set short static string struct switch this throw true try typeof using var virtual void while yield",
    ),
    like_c(
        "go golang",
        "any bool break byte case chan const continue default defer else error fallthrough false for func go goto if import int interface map nil package range return rune select string struct switch true type var",
    ),
    CodeLanguage {
        has_triple_quotes: true,
        ..like_c(
            "java kt kotlin",
            "abstract boolean break byte case catch char class continue default do double else enum extends false final finally float for fun if implements import in instanceof int interface is long new null object override package private protected public record return short static super switch synchronized this throw throws true try val var void when while",
        )
    },
    like_c(
        "rs rust",
        "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while",
    ),
    script(
        "js javascript jsx mjs",
        "as async await break case catch class const continue debugger default delete do else export extends false finally for from function get if import in instanceof let new null of return set static super switch this throw true try typeof undefined var void while yield",
    ),
    script(
        "ts typescript tsx",
        "abstract any as async await boolean break case catch class const continue declare default delete do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let namespace never new null number of private protected public readonly return set static string super switch this throw true try type typeof undefined unknown var void while yield",
    ),
    CodeLanguage {
        has_triple_quotes: true,
        ..with_hash(
            "py python",
            "and as assert async await break case class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield",
        )
    },
    with_hash(
        "rb ruby",
        "alias and begin break case class def do else elsif end ensure false for if in module next nil not or raise redo require rescue retry return self super then true undef unless until when while yield",
    ),
    CodeLanguage {
        has_dashes: true,
        ..with_hash(
            "sh bash shell zsh console",
            "case cd do done echo elif else esac exit export fi for function if in local read return set shift source sudo then unset until while",
        )
    },
    CodeLanguage {
        words: CodeWords::InAnyCase(
            "add all alter and as asc begin between by case check column commit constraint create cross default delete desc distinct drop else end exists false foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then true union unique update using values view when where with",
        ),
        comments: Comments { line: Some("--"), block: LIKE_C.block },
        quotes: "'\"",
        has_characters: false,
        ..like_c("sql sqlite postgres postgresql mysql", "")
    },
    CodeLanguage {
        words: CodeWords::Tags,
        comments: Comments { line: None, block: Some(("<!--", "-->")) },
        has_dashes: true,
        quotes: "\"'",
        has_characters: false,
        ..like_c("html xml svg vue", "")
    },
    CodeLanguage {
        comments: Comments { line: None, block: LIKE_C.block },
        has_keys: true,
        has_dashes: true,
        quotes: "\"'",
        has_characters: false,
        ..like_c("css scss", "@media @import @supports @layer @container @keyframes @font-face and not")
    },
    CodeLanguage { has_keys: true, has_characters: false, ..like_c("json jsonc json5", "true false null") },
    CodeLanguage {
        has_keys: true,
        has_dashes: true,
        ..with_hash("yaml yml toml ini", "true false null yes no on off")
    },
];
