// What the page says stays true: over midnight, beside a wrong clock, in another tab, and in another language.
import { expect, test } from "../fixtures.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

test("what was today is yesterday after midnight", async ({ people, room, bob }) => {
  await bob.say("a line of today");
  const alice = await people.somebody();
  await alice.page.clock.install();
  await alice.goto(room.slug);
  const heading = alice.timeline.locator(".day").last();
  await expect(heading).toHaveText(alice.words.today);
  await alice.page.clock.fastForward(DAY_MS);
  await expect(heading).toHaveText(alice.words.yesterday);
});

test("a clock that is a day ahead does not make yesterday of now", async ({ people, room, bob }) => {
  await bob.say("a line of now");
  const alice = await people.somebody();
  await alice.page.clock.install({ time: Date.now() + DAY_MS });
  await alice.goto(room.slug);
  await expect(alice.timeline.locator(".day").last()).toHaveText(alice.words.today);
});

test("a reader who moves to another time zone sees their clock there", async ({ alice, bob }) => {
  await bob.say("a line");
  const time = alice.line("a line").locator(".message__time");
  const before = await time.textContent();
  await alice.page.evaluate(() => {
    Date.prototype.getTimezoneOffset = () => -345;
    window.dispatchEvent(new Event("visibilitychange"));
  });
  await expect(time).not.toHaveText(before ?? "");
});

test("what is read in one tab is read in the other", async ({ alice, bob, room }) => {
  const hidden = await alice.secondTab(room.slug);
  await hidden.page.evaluate(() => Object.defineProperty(document, "visibilityState", { get: () => "hidden" }));
  await alice.page.evaluate(() => Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true }));
  await bob.say("for both");
  await expect(hidden.page).toHaveTitle(/^\(1\) /);
  await alice.page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { get: () => "visible" });
    window.dispatchEvent(new Event("visibilitychange"));
  });
  await expect(hidden.page).not.toHaveTitle(/^\(/);
});

test("nobody is told that they came themselves", async ({ alice, bob, people }) => {
  await expect(alice.notices().filter({ hasText: bob.nickname })).toHaveCount(1);
  await alice.reload();
  await alice.live();
  await expect(alice.person(alice.nickname)).toBeVisible();
  const carol = await people.somebody();
  await carol.page.close();
  await expect(alice.notices().filter({ hasText: alice.nickname })).toHaveCount(0);
  await expect(bob.notices().filter({ hasText: bob.nickname })).toHaveCount(0);
});

test("a translated page still says the truth about its connection", async ({ alice, complaints }) => {
  complaints.expect(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  // As the translators of browsers do it: each text becomes a font element with other words in it.
  await alice.page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts.filter((text) => !text.parentElement?.closest("[translate=no], script"))) {
      const font = document.createElement("font");
      font.textContent = `~${text.data}`;
      text.replaceWith(font);
    }
  });
  // It comes back by itself at once, so the browser itself looks what is said in between.
  const said = await alice.connectionBadge.evaluate(async (badge) => {
    window.dispatchEvent(new Event("offline"));
    while ((badge as HTMLElement).dataset.state === "live") await new Promise((next) => setTimeout(next, 0));
    return badge.textContent;
  });
  expect(said).toContain(alice.words.offline);
  await alice.page.evaluate(() => window.dispatchEvent(new Event("online")));
  await alice.live();
  await expect(alice.connectionBadge).toContainText(/Live|Caught up/);
  await alice.say("after the translation");
  await expect(alice.line("after the translation")).toBeVisible();
});

test("a browser that blocks cookies is told before and after, and takes no nickname", async ({ people, room }) => {
  const blocked = await people.somebody();
  await blocked.page.context().addInitScript(() => Object.defineProperty(navigator, "cookieEnabled", { get: () => false }));
  await blocked.goto(room.slug);
  const told = blocked.alert.filter({ hasText: blocked.words.cookiesBlocked });
  await expect(told).toBeVisible();
  const nickname = people.nickname("Alice");
  await blocked.tryToJoinAs(nickname);
  await expect(told).toBeVisible();
  await expect(blocked.nicknameField).toHaveValue(nickname);
  const alice = await people.visitor(room);
  await alice.joinAs(nickname);
});
