// A name is one person's: it is neither lost by a slip nor by a cut, nor taken from somebody else.
import type { BrowserContext, Route } from "@playwright/test";
import type { RoomPage } from "../pages/room.page.ts";
import { expect, test } from "../fixtures.ts";

function nameOf(person: RoomPage) {
  return person.page.locator(".me__name");
}

async function rename(person: RoomPage, name: string): Promise<void> {
  await person.openPeople();
  const change = person.page.locator(".me__fold:has(#nickname)");
  if ((await change.getAttribute("open")) === null) await change.locator("summary").click();
  await change.locator("#nickname").fill(name);
  await change.locator("button").click();
}

/** Holds requests back until so many have been made: whoever asks then asks at once with the others. */
async function holdUntil(count: number, browser: BrowserContext, address: RegExp): Promise<void> {
  const held: Route[] = [];
  await browser.route(address, async (route) => {
    held.push(route);
    if (held.length === count) await Promise.all(held.map((each) => each.continue()));
    else if (held.length > count) await route.continue();
  });
}

test("a double click on the button joins once", async ({ people, bob, room }) => {
  const person = await people.visitor(room);
  const name = people.nickname("Twice");
  await person.nicknameField.fill(name);
  await person.joinButton.dblclick();
  await expect(nameOf(person)).toHaveText(name);
  await expect(bob.person(name)).toHaveCount(1);
  await person.say("once");
  await expect(bob.lines()).toHaveText(["once"]);
  await person.reload();
  await expect(nameOf(person)).toHaveText(name);
});

test("two tabs that join at once are one person, and the one whose name it is not is told", async ({ people, bob, room, words }) => {
  const one = await people.visitor(room);
  const other = await one.secondTab(room.slug);
  const names = [people.nickname("One"), people.nickname("Two")] as const;
  await one.nicknameField.fill(names[0]);
  await other.nicknameField.fill(names[1]);
  // Neither tab may hear of the other's success before it asks: that takes its form away.
  await holdUntil(2, one.page.context(), /choose_nickname/);
  await Promise.all([one.joinButton.click(), other.joinButton.click()]);
  for (const tab of [one, other]) await tab.composer.waitFor();
  await expect(async () => {
    expect(await nameOf(one).textContent()).toBe(await nameOf(other).textContent());
  }).toPass({ timeout: 15_000 });
  for (const tab of [one, other]) await tab.live();
  const name = (await nameOf(one).textContent()) ?? "";
  const told = name === names[0] ? other : one;
  await expect(told.alert).toHaveText(words.namedElsewhere(name));
  await expect((told === one ? other : one).alert).toHaveCount(0);
  await one.say("from one tab");
  await other.say("from the other");
  await expect(bob.lines()).toHaveCount(2);
  await expect(one.pendingLines()).toHaveCount(0);
  await expect(other.pendingLines()).toHaveCount(0);
});

test("of two browsers that take one name at once, one gets it and the other is told", async ({ people, room, words }) => {
  const name = people.nickname("Same");
  const both = [await people.visitor(room), await people.visitor(room)];
  for (const person of both) await person.nicknameField.fill(name);
  await Promise.all(both.map((person) => person.joinButton.click()));
  const outcome = (person: RoomPage) =>
    Promise.race([
      person.composer.waitFor().then(() => "joined"),
      person.page.getByText(words.nicknameTaken).waitFor().then(() => "taken"),
    ]);
  expect((await Promise.all(both.map(outcome))).sort()).toEqual(["joined", "taken"]);
});

// A name, and how somebody else could try to look like it.
const NAMES: [string, string][] = [
  ["👩‍👩‍👧‍👦🏳️‍🌈", "👩‍👩‍👧‍👦🏳️‍🌈\u{FE0F}"],
  ["שלום", "שלום"],
  ["می‌خواهم", "میخواهم"],
  ["Zoë", "Zoe\u{308}"],
  ["Alice", "АIісе"],
];

for (const [name, twin] of NAMES) {
  test(`the name ${name} stays its owner's over a reload, and nobody passes for it`, async ({ people, room, token }) => {
    // 24 letters at most: those of the test, a space, and the name.
    const owner = await people.visitor(room);
    await owner.joinAs(`${name} ${token}`);
    await owner.reload();
    await expect(nameOf(owner)).toHaveText(`${name} ${token}`);
    const other = await people.visitor(room);
    await other.tryToJoinAs(`${twin} ${token}`);
    await expect(other.page.locator("#nickname-notice")).toBeVisible();
    await expect(other.composer).toHaveCount(0);
    await expect(other.nicknameField).toHaveValue(`${twin} ${token}`);
  });
}

test("one's own name in another case is one's own", async ({ alice, bob }) => {
  const name = alice.nickname.toUpperCase();
  await rename(alice, name);
  await expect(nameOf(alice)).toHaveText(name);
  await alice.live();
  await alice.say("in capitals");
  await expect(bob.line("in capitals")).toContainText(name);
});

test("a new name that is chosen while disconnected is told, kept in the field, and taken later", async ({ alice, complaints, people, words }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  const name = people.nickname("Later");
  await alice.page.context().setOffline(true);
  await rename(alice, name);
  await expect(alice.page.getByText(words.noConnection)).toBeVisible();
  await expect(alice.page.locator("#nickname")).toHaveValue(name);
  await alice.page.context().setOffline(false);
  await alice.live();
  // The greeting of the server leaves the form as it is.
  await expect(alice.page.locator("#nickname")).toHaveValue(name);
  await alice.page.locator(".me__fold:has(#nickname) button").click();
  await expect(nameOf(alice)).toHaveText(name);
});

test("whoever signs out and goes back in the history is nobody, and may join again under another name", async ({ alice, people, token }) => {
  await alice.makeRoom(`Other ${token}`);
  await alice.signOut();
  await alice.nicknameField.waitFor();
  await alice.page.goBack();
  await expect(nameOf(alice)).toHaveCount(0);
  await alice.joinAs(people.nickname("Anew"));
  await alice.say("anew");
  await expect(alice.pendingLines()).toHaveCount(0);
});
