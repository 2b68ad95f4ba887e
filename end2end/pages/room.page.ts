// The page of a room, in the verbs of the people who use it. It never asserts: that is what specs do.
import type { Locator, Page } from "@playwright/test";
import type { Words } from "../words.ts";

export class RoomPage {
  /** The nickname that this person joined with. */
  nickname = "";

  readonly timeline: Locator;
  readonly composer: Locator;
  readonly sendButton: Locator;
  readonly nicknameField: Locator;
  readonly joinButton: Locator;
  /** Carries the truth about the connection in `data-state`. */
  readonly connectionBadge: Locator;
  readonly typingLine: Locator;
  readonly jumpToNewest: Locator;
  readonly alert: Locator;
  readonly people: Locator;
  readonly rooms: Locator;
  readonly roomNameField: Locator;
  readonly older: Locator;

  constructor(
    readonly page: Page,
    readonly words: Words,
    /** False for somebody who browses without scripts. */
    readonly scripts: boolean,
    /** Where this person reaches the server. */
    readonly origin: string,
  ) {
    this.timeline = page.getByRole("log");
    this.composer = page.getByRole("textbox", { name: words.message, exact: true });
    this.sendButton = page.getByRole("button", { name: words.send, exact: true });
    this.nicknameField = page.getByRole("textbox", { name: words.nickname, exact: true });
    this.joinButton = page.getByRole("button", { name: words.join, exact: true });
    this.connectionBadge = page.locator(".connection[data-state]");
    this.typingLine = page.locator(".typing");
    this.jumpToNewest = page.getByRole("button", { name: words.jumpToNewest });
    this.alert = page.getByRole("alert");
    this.people = page.locator(".side--people");
    this.rooms = page.locator(".side--rooms");
    this.roomNameField = page.getByRole("textbox", { name: words.roomName, exact: true });
    this.older = this.timeline.getByRole("link", { name: words.older });
  }

  /** Opens a room and waits until the page can be used. */
  async goto(slug: string): Promise<void> {
    await this.page.goto(slug === "lobby" ? `${this.origin}/` : `${this.origin}/r/${encodeURIComponent(slug)}`);
    await this.ready();
  }

  /** Opens a room at a message, by the address that people share. */
  async gotoMessage(slug: string, seq: number): Promise<void> {
    await this.page.goto(`${this.origin}/r/${encodeURIComponent(slug)}/${seq}`);
    await this.ready();
  }

  /** Another tab of the same browser, in the same room. */
  async secondTab(slug: string): Promise<RoomPage> {
    const tab = new RoomPage(await this.page.context().newPage(), this.words, this.scripts, this.origin);
    await tab.goto(slug);
    await tab.live();
    tab.nickname = this.nickname;
    return tab;
  }

  /** Away from the room and back, as a reload is, even where no server answers in between. */
  async leavePage(): Promise<void> {
    await this.page.goto("about:blank");
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Waits for the scripts to take over; before that, a click would fall on a page without ears. */
  async ready(): Promise<void> {
    if (this.scripts) await this.page.locator("html[data-hydrated]").waitFor({ state: "attached" });
  }

  /** Waits until new lines arrive by themselves. */
  async live(): Promise<void> {
    await this.page.locator('.connection[data-state="live"]').waitFor({ state: "attached" });
  }

  /** Waits until the page says that its connection is lost. */
  async lost(): Promise<void> {
    await this.page.locator('.connection:is([data-state="offline"], [data-state="reconnecting"])').waitFor({ state: "attached" });
  }

  async joinAs(nickname: string): Promise<void> {
    await this.tryToJoinAs(nickname);
    await this.composer.waitFor();
    if (this.scripts) await this.live();
    this.nickname = nickname;
  }

  /** Unfolds what comes of signing out, and the button for it. */
  async unfoldSignOut(): Promise<void> {
    await this.openPeople();
    const signOut = this.people.locator("details").filter({ hasText: this.words.signOut });
    if ((await signOut.getAttribute("open")) === null) await signOut.locator("summary").click();
  }

  /** Gives the nickname back. */
  async signOut(): Promise<void> {
    await this.unfoldSignOut();
    await this.page.getByRole("button", { name: this.words.signOut, exact: true }).click();
  }

  async tryToJoinAs(nickname: string): Promise<void> {
    await this.nicknameField.fill(nickname);
    await this.joinButton.click();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.sendButton.click();
  }

  /** Says something and closes the tab as soon as it is shown. */
  async sayLast(text: string): Promise<void> {
    await this.say(text);
    await this.line(text).waitFor();
    await this.page.close();
  }

  async retry(text: string): Promise<void> {
    await this.line(text).getByRole("button", { name: this.words.retry }).click();
  }

  /** A line of the conversation, found by what it says. */
  line(text: string): Locator {
    const said = this.page.locator(".message__text").filter({ hasText: new RegExp(`^\\s*${escaped(text)}\\s*$`) });
    return this.timeline.locator(".message").filter({ has: said });
  }

  /** The button that offers emojis for a line. It shows when the line is pointed at. */
  addReaction(text: string): Locator {
    return this.line(text).locator(".reactions__add");
  }

  /** The emojis that are offered. */
  get offer(): Locator {
    return this.page.locator("#offer");
  }

  /** All other emojis, once somebody asked for them. */
  get emojiPicker(): Locator {
    return this.page.locator("#emoji-picker");
  }

  /** The emojis of the group that is shown. */
  get emojiGrid(): Locator {
    return this.emojiPicker.getByRole("tabpanel");
  }

  /** The button that asks for all emojis. */
  get allEmojis(): Locator {
    return this.offer.getByRole("button", { name: this.words.allEmojis });
  }

  /** Opens the emojis that are offered for a line. */
  async offerFor(text: string): Promise<void> {
    await this.line(text).hover();
    await this.addReaction(text).click();
  }

  /** Reacts to a line with an emoji that is offered. */
  async reactTo(text: string, emoji: string): Promise<void> {
    await this.offerFor(text);
    await this.offer.getByRole("button", { name: emoji }).click();
  }

  /** Begins to give an own line another text. */
  async startEdit(text: string): Promise<void> {
    await this.offerFor(text);
    await this.offer.getByRole("button", { name: this.words.edit, exact: true }).click();
  }

  /** Gives an own line another text. */
  async edit(text: string, into: string): Promise<void> {
    await this.startEdit(text);
    await this.composer.fill(into);
    if (this.scripts) await this.sendButton.click();
    else await this.page.getByRole("button", { name: this.words.save, exact: true }).click();
  }

  /** Deletes an own line. */
  async delete(text: string): Promise<void> {
    await this.offerFor(text);
    await this.offer.getByRole("button", { name: this.words.delete, exact: true }).click();
  }

  /** What stands in place of a deleted line. */
  get deleted(): Locator {
    return this.timeline.locator(".message--deleted .message__text");
  }

  /** That a line is being edited, or was deleted, with the way back. */
  get changeNotice(): Locator {
    return this.page.locator(".change-notice");
  }

  /** Begins a reply to a line. Whoever cannot point replies where emojis are offered. */
  async startReply(text: string): Promise<void> {
    const direct = this.line(text).locator(".reactions__reply");
    await this.line(text).hover();
    if (await direct.isVisible()) return direct.click();
    await this.addReaction(text).click();
    await this.offer.getByRole("button", { name: this.words.reply, exact: true }).click();
  }

  /** Replies to a line. */
  async replyTo(text: string, reply: string): Promise<void> {
    await this.startReply(text);
    await this.say(reply);
  }

  /** The line that the address names. */
  get named(): Locator {
    return this.timeline.locator(".message[aria-current]");
  }

  /** The search, in the dialog of the page or as a page of its own. */
  get search(): Locator {
    return this.page.locator(".search");
  }

  /** What was found. */
  get hits(): Locator {
    return this.search.locator(".search__hits").getByRole("link");
  }

  /** Opens the search from the bar of the conversation. */
  async openSearch(): Promise<void> {
    await this.page.getByRole("link", { name: this.words.search, exact: true }).click();
    await this.search.waitFor();
  }

  /** Looks for something in the search that is open. */
  async searchFor(text: string): Promise<void> {
    await this.search.getByRole("searchbox", { name: this.words.searchField }).fill(text);
    await this.search.getByRole("button", { name: this.words.searchFind }).click();
  }

  /** What a line quotes. */
  quote(text: string): Locator {
    return this.line(text).locator(".message__quote");
  }

  /** What is being replied to, above the composer. */
  get replyNotice(): Locator {
    return this.page.locator(".reply-notice");
  }

  /** A reaction to a line. */
  reaction(text: string, emoji: string): Locator {
    return this.reactions(text).filter({ hasText: emoji });
  }

  /** All reactions to a line, in the order in which they came. */
  reactions(text: string): Locator {
    return this.line(text).locator(".reactions__chip");
  }

  /** The lines of the conversation, oldest first. */
  lines(): Locator {
    return this.timeline.locator(".message__text");
  }

  /** Where what is new begins. */
  get newLine(): Locator {
    return this.timeline.getByRole("button", { name: this.words.newSince, exact: true });
  }

  /** How much of a room is unread, in the list. */
  unreadIn(roomTitle: string): Locator {
    return this.rooms.getByRole("link", { name: roomTitle }).locator(".rooms__unread");
  }

  /** What the scripts see of a tab that nobody looks at. */
  async lookAway(): Promise<void> {
    await this.page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
      window.dispatchEvent(new Event("visibilitychange"));
    });
  }

  async lookBack(): Promise<void> {
    await this.page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { get: () => "visible", configurable: true });
      window.dispatchEvent(new Event("visibilitychange"));
    });
  }

  /** Own lines that are not yet known to have arrived. */
  pendingLines(): Locator {
    return this.timeline.locator(".message--pending, .message--failed");
  }

  /** The notices about who came and went. */
  notices(): Locator {
    return this.timeline.locator(".notice-line");
  }

  /** Somebody in the list of those who are here. */
  person(nickname: string): Locator {
    return this.people.locator(".roster__person").filter({ hasText: nickname });
  }

  /** The dialog that shows what the server draws, such as the card of a person. */
  get panel(): Locator {
    return this.page.getByRole("dialog");
  }

  /** Where a day is asked for. */
  get dayField(): Locator {
    return this.page.getByRole("textbox", { name: this.words.dayField, exact: true });
  }

  /** On a narrow page the people are in a drawer. */
  async openPeople(): Promise<void> {
    if (!(await this.people.isVisible())) {
      await this.page.getByRole("button", { name: this.words.people }).first().click();
      await this.people.waitFor();
    }
  }

  /** On a narrow page the rooms are in a drawer. */
  async openRooms(): Promise<void> {
    if (!(await this.rooms.isVisible())) {
      await this.page.getByRole("button", { name: this.words.rooms }).first().click();
      await this.rooms.waitFor();
    }
  }

  /** Makes a room and waits until it is open. */
  async makeRoom(name: string): Promise<void> {
    await this.openRooms();
    if (!(await this.roomNameField.isVisible())) {
      await this.rooms.getByText(this.words.newRoom, { exact: true }).click();
    }
    await this.roomNameField.fill(name);
    await this.page.getByRole("button", { name: this.words.createRoom }).click();
    await this.page.getByRole("heading", { level: 1, name }).waitFor();
    await this.ready();
    if (this.scripts) await this.live();
  }

  async switchTo(roomTitle: string): Promise<void> {
    await this.openRooms();
    await this.rooms.getByRole("link", { name: roomTitle }).click();
  }

  async switchLanguage(): Promise<void> {
    await this.openRooms();
    await this.rooms.getByRole("button", { name: this.words.otherLanguage }).click();
  }

  /** Where lines are missing. */
  get hole(): Locator {
    return this.timeline.locator(".hole");
  }

  /** Goes forward as far as lines are mounted, whereupon more are. */
  async scrollToNewestMounted(): Promise<void> {
    await this.timeline.evaluate(async (log) => {
      const scrolled = new Promise((resolve) => log.addEventListener("scroll", resolve, { once: true }));
      if (log.scrollTop === 0) return;
      log.scrollTo({ top: 0 });
      await scrolled;
    });
  }

  /** Shows the oldest line that is there. */
  async scrollToOldest(): Promise<void> {
    // The timeline runs from the bottom up, so its oldest line is at the far negative end.
    await this.timeline.evaluate((log) => log.scrollTo({ top: -log.scrollHeight }));
  }
}

/** Takes the special characters of a regular expression literally. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
