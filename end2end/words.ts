// The names that people and screen readers find things by, read from the page's own tables: src/ui/i18n.
import { readFileSync } from "node:fs";
import path from "node:path";

const TABLES = path.resolve(import.meta.dirname, "../src/ui/i18n");

type Language = "english" | "chinese";

/** The string literals of a piece of Rust. A backslash at the end of a line swallows the line's end and what indents the next. */
function literals(rust: string): string[] {
  const found = rust.matchAll(/"((?:[^"\\]|\\[^])*)"/g);
  return Array.from(found, ([, text = ""]) => text.replaceAll(/\\\n\s*/g, "").replaceAll('\\"', '"'));
}

/** English comes first in every row, Chinese last; of a word that counts, English has two forms. */
function table(files: string[], row: RegExp): (language: Language, name: string) => string {
  const rows = new Map<string, string[]>();
  for (const file of files) {
    const pieces = readFileSync(path.join(TABLES, file), "utf8").split(row);
    for (let index = 1; index + 1 < pieces.length; index += 2) {
      rows.set(pieces[index] ?? "", literals((pieces[index + 1] ?? "").split("#[cfg(test)]")[0] ?? ""));
    }
  }
  return (language, name) => {
    const texts = rows.get(name) ?? [];
    const text = language === "english" ? texts.at(0) : texts.at(texts.length > 2 ? 2 : 1);
    if (text === undefined) throw new Error(`${files.join(" and ")} of src/ui/i18n have no row ${name}`);
    return text;
  };
}

const word = table(["words.rs", "words/panels.rs"], /^ {4}(\w+): (?:Text|Counted) =/m);
const searching = table(["words/search.rs"], /^ {4}(\w+): (?:Text|Counted) =/m);
const reason = table(["refusals.rs"], /^ {8}ErrorCode::(\w+) => /m);

/** The longest part of a text between the places that are filled. */
function fixed(text: string): string {
  const parts = text.split(/\{\w+\}/).map((part) => part.trim());
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest));
}

/** What a text begins with, whatever is filled in behind. */
function beginning(text: string): RegExp {
  return new RegExp(`^${(text.split("{")[0] ?? "").trim().replaceAll(/[.*+?^$()[\]\\|]/g, "\\$&")}`);
}

function words(language: Language) {
  const say = (name: string) => word(language, name);
  const refused = (code: string) => reason(language, code);
  return {
    allEmojis: say("more_emojis"),
    addYours: fixed(say("reaction_of_others")),
    blocked: say("blocked_words"),
    caughtUp: beginning(say("caught_up")),
    changeNickname: say("change_nickname"),
    cookieLost: say("cookie_lost"),
    cookiesBlocked: say("cookies_blocked"),
    copy: say("copy"),
    createRoom: say("create_room"),
    discard: say("discard"),
    emptyRoom: say("empty_room"),
    delete: say("delete"),
    day: say("day"),
    dayField: say("day_field"),
    dayGo: say("day_go"),
    dayNothing: fixed(say("day_nothing_since")),
    deleted: say("deleted"),
    deletedOwn: say("deleted_own"),
    details: say("details"),
    detailsLink: say("details_link"),
    edit: say("edit"),
    edited: say("edited"),
    editing: say("editing"),
    editingOutdated: say("editing_outdated"),
    enterSends: beginning(say("keys_send")),
    enterStartsLine: beginning(say("keys_line")),
    close: say("close"),
    formatting: say("formatting_help"),
    guest: say("kind_guest"),
    join: say("join"),
    joined: (names: string) => say("joined").replace("{names}", names),
    jumpToNewest: beginning(say("jump_to_newest")),
    left: (names: string) => say("left").replace("{names}", names),
    loadHole: say("load_hole"),
    loadingRoom: say("loading_room"),
    lobby: say("lobby"),
    markRead: say("mark_read"),
    message: say("message_field"),
    // The page keeps the direction of a name to itself.
    namedElsewhere: (name: string) => say("named_elsewhere").replace("{name}", `\u2068${name}\u2069`),
    newRoom: say("new_room"),
    newerMessages: say("newer_messages"),
    newSince: say("new_since"),
    newest: say("newest"),
    nickname: say("nickname"),
    noSuchRoom: refused("RoomNotFound"),
    noSuchMessage: say("no_such_message"),
    nobody: say("nobody"),
    notHere: say("not_here"),
    notLoaded: say("panel_not_loaded"),
    nicknameFirst: refused("NicknameRequired"),
    nicknameReserved: refused("NicknameReserved"),
    nicknameTaken: refused("NicknameTaken"),
    nicknameTooLong: refused("NicknameTooLong"),
    noConnection: say("no_connection"),
    notHeld: say("not_held"),
    notReacted: fixed(say("not_reacted")),
    notSent: fixed(say("not_sent")),
    offline: fixed(say("offline_since")),
    older: say("older"),
    otherLanguage: language === "english" ? "中文" : "English",
    partNotLoaded: say("part_not_loaded"),
    people: say("people"),
    reload: say("reload"),
    reply: say("reply"),
    cancelReply: say("cancel_reply"),
    earlierMessage: say("earlier_message"),
    retry: say("retry"),
    roomName: say("room_name"),
    rooms: say("rooms"),
    search: say("search"),
    searchField: searching(language, "field"),
    searchFind: searching(language, "button"),
    searchFindsNothing: searching(language, "found_nothing"),
    searchHow: searching(language, "how"),
    searchOlder: searching(language, "older_hits"),
    searchEmpty: searching(language, "empty"),
    searchNoFilter: fixed(searching(language, "no_filter").replace("{typed}", "is:pinned")),
    send: say("send"),
    sending: say("sending"),
    replyShortcut: say("shortcut_reply"),
    shortcuts: say("shortcuts"),
    showAll: say("show_all"),
    showLess: say("show_less"),
    signOut: say("sign_out"),
    spoiler: say("spoiler"),
    stopped: say("stopped_words"),
    takeYoursBack: fixed(say("reaction_own")),
    teahouse: say("teahouse"),
    today: say("today"),
    undo: say("undo"),
    save: say("save"),
    appearance: say("appearance"),
    textLarge: say("text_large"),
    textNormal: say("text_normal"),
    themeDark: say("theme_dark"),
    themeDevice: say("theme_device"),
    themeLight: say("theme_light"),
    backToMessage: say("back_to_message"),
    tryAgain: say("try_again"),
    tooLong: refused("MessageTooLong"),
    // The page keeps the direction of a name to itself.
    typing: (name: string) => say("typing_one").replace("{a}", `\u2068${name}\u2069`),
    unsentStuck: say("unsent_stuck"),
    unsentWaiting: say("unsent_waiting"),
    unsupported: say("unsupported_words"),
    yesterday: say("yesterday"),
  };
}

export type Words = ReturnType<typeof words>;

export const english = words("english");
export const chinese = words("chinese");

export function wordsOf(locale: string | undefined): Words {
  return locale?.startsWith("zh") ? chinese : english;
}
