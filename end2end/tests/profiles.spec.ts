// The card of a person: a dialog of the page, and a page of its own.
import type { Route } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

test("a name in the conversation and in the list opens the card", { tag: "@everywhere" }, async ({ alice, bob, room, expectAccessible }) => {
  await bob.say("tea?");
  const name = alice.line("tea?").getByRole("link", { name: bob.nickname });
  // Where the seal is, too.
  const seal = await alice.line("tea?").locator(".seal").boundingBox();
  await alice.page.mouse.click((seal?.x ?? 0) + 8, (seal?.y ?? 0) + 8);
  await expect(alice.panel.getByRole("heading")).toHaveText(bob.nickname);
  await expect(alice.panel).toHaveAccessibleName(bob.nickname);
  await expect(alice.panel).toContainText(alice.words.guest);
  const hue = /seal--hue-\d+/.exec((await alice.line("tea?").locator(".seal").getAttribute("class")) ?? "");
  await expect(alice.panel.locator(".seal")).toHaveClass(new RegExp(`${hue}$`));
  await expect(alice.panel.getByRole("link", { name: room.title })).toBeVisible();
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-profile.png` });
  const box = await alice.panel.boundingBox();
  const width = alice.page.viewportSize()?.width ?? 0;
  expect(box && box.x >= 0 && box.x + box.width <= width, JSON.stringify(box)).toBe(true);
  await expectAccessible(alice);
  await alice.panel.getByRole("button", { name: alice.words.close }).click();
  await expect(alice.panel).toBeHidden();
  await expect(name).toBeFocused();
  await expect.poll(() => alice.page.evaluate(() => history.state)).toBeNull();

  await alice.openPeople();
  await alice.person(bob.nickname).getByRole("link").click();
  await expect(alice.panel.getByRole("heading")).toHaveText(bob.nickname);
  // Back closes it and stays in the room; it does not open the drawer again.
  await alice.page.goBack();
  await expect(alice.panel).toBeHidden();
  await expect.poll(() => alice.page.evaluate(() => history.state)).toBeNull();
  await expect(alice.line("tea?")).toBeVisible();
  expect(await alice.page.evaluate(() => document.activeElement?.localName)).toMatch(/^(a|button)$/);
});

test("the card can be opened and closed by keyboard, and the focus comes back", async ({ alice, bob }) => {
  await bob.say("by keys");
  await alice.composer.fill("half a thought");
  const name = alice.line("by keys").getByRole("link", { name: bob.nickname });
  await name.focus();
  await alice.page.keyboard.press("Enter");
  await expect(alice.panel.getByRole("heading")).toHaveText(bob.nickname);
  await expect(alice.panel.getByRole("button", { name: alice.words.close })).toBeFocused();
  await alice.page.keyboard.press("Escape");
  await expect(alice.panel).toBeHidden();
  await expect(name).toBeFocused();
  await expect(alice.composer).toHaveValue("half a thought");
});

test("a card that did not come is told of, and can be tried again", async ({ alice, bob, complaints }) => {
  complaints.expect(/Failed to load resource/);
  await bob.say("in a tunnel");
  await alice.page.route(/\?fragment/, (route) => route.abort());
  await alice.line("in a tunnel").getByRole("link", { name: bob.nickname }).click();
  await expect(alice.panel.getByText(alice.words.notLoaded)).toBeVisible();
  await alice.page.unroute(/\?fragment/);
  await alice.panel.getByRole("button", { name: alice.words.tryAgain }).click();
  await expect(alice.panel.getByRole("heading")).toHaveText(bob.nickname);
});

// What may stand between a page and its server: a proxy that asks who somebody is, one whose server is away.
const STRANGERS: [string, Parameters<Route["fulfill"]>[0]][] = [
  ["a page of its own", { contentType: "text/html", body: "<h1>Who are you?</h1>" }],
  ["a redirect", { status: 302, headers: { location: "/sign-in" } }],
  ["a redirect to elsewhere", { status: 302, headers: { location: "https://example.com/sign-in" } }],
  ["an error as a page", { status: 502, contentType: "text/html", body: '<h1 id="panel-title">Bad Gateway</h1>' }],
];

for (const [what, answer] of STRANGERS) {
  test(`${what} in place of a card is not shown in the dialog: the link leads where it says`, async ({ alice, bob, complaints }) => {
    complaints.expect(/Failed to load resource/);
    await bob.say("behind a proxy");
    const name = alice.line("behind a proxy").getByRole("link", { name: bob.nickname });
    const address = (await name.getAttribute("href")) ?? "";
    await alice.composer.fill("half a thought");
    await alice.page.route(/\?fragment/, (route) => route.fulfill(answer));
    await alice.page.route(`**${address}`, (route) => route.fulfill({ contentType: "text/html", body: "<h1>Who are you?</h1>" }));
    await name.click();
    await alice.page.waitForURL(`**${address}`);
    await expect(alice.page.getByRole("heading")).toHaveText("Who are you?");
    await alice.page.goBack();
    await alice.ready();
    await expect(alice.line("behind a proxy")).toBeVisible();
    await expect(alice.panel).toBeHidden();
    await expect(alice.composer).toHaveValue("half a thought");
  });
}

test("a card that is refused for now is told of in the dialog, and can be tried again", async ({ alice, bob, complaints }) => {
  complaints.expect(/Failed to load resource/);
  await bob.say("in a hurry");
  await alice.page.route(/\?fragment/, (route) => route.fulfill({ status: 429, json: { code: "too_fast" } }));
  await alice.line("in a hurry").getByRole("link", { name: bob.nickname }).click();
  await expect(alice.panel.getByText(alice.words.notLoaded)).toBeVisible();
  await alice.page.unroute(/\?fragment/);
  await alice.panel.getByRole("button", { name: alice.words.tryAgain }).click();
  await expect(alice.panel.getByRole("heading")).toHaveText(bob.nickname);
});

test("somebody who is gone has a card, and nobody has a clear one", async ({ alice, people, room, complaints }) => {
  complaints.expect(/status of 404/);
  const carol = await people.member("Carol", room);
  await carol.say("goodbye");
  await expect(alice.line("goodbye")).toBeVisible();
  await carol.page.context().close();
  await expect(alice.notices().last()).toContainText("left");
  const name = alice.line("goodbye").getByRole("link", { name: carol.nickname });
  await name.click();
  await expect(alice.panel).toContainText(alice.words.notHere);
  await alice.page.keyboard.press("Escape");
  await name.evaluate((link) => link.setAttribute("href", "/p/nobody"));
  await name.click();
  await expect(alice.panel.getByRole("heading")).toHaveText(alice.words.nobody);
});

test("a card opens as a page in a tab of its own", async ({ alice, bob }) => {
  await bob.say("elsewhere");
  const name = alice.line("elsewhere").getByRole("link", { name: bob.nickname });
  const [tab] = await Promise.all([alice.page.context().waitForEvent("page"), name.click({ modifiers: ["ControlOrMeta"] })]);
  await expect(tab.getByRole("heading")).toHaveText(bob.nickname);
  await expect(alice.panel).toBeHidden();
  expect(new URL(tab.url()).pathname).toMatch(/^\/p\//);
});
