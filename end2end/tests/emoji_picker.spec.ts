// All emojis that one can react by: a part of the page that is fetched on first use.
import { expect, test } from "../fixtures.ts";
import type { RoomPage } from "../pages/room.page.ts";
import { isPacked } from "../server.mjs";

/** What the page has fetched of the part. */
function fetches(person: RoomPage): string[] {
  const fetched: string[] = [];
  person.page.on("request", (request) => {
    if (/emoji_picker[^/]*\.wasm$/.test(request.url())) fetched.push(request.url());
  });
  return fetched;
}

test("any emoji can be chosen, and is posted as the first ones are", { tag: "@everywhere" }, async ({ alice, bob }) => {
  await alice.say("Dragon well?");
  await bob.offerFor("Dragon well?");
  await bob.allEmojis.click();
  await bob.emojiPicker.getByRole("tab").nth(2).click();
  await bob.emojiGrid.getByRole("button", { name: "🐉" }).click();
  for (const person of [alice, bob]) await expect(person.reactions("Dragon well?")).toHaveText(["🐉 1"]);
  await expect(bob.offer).toBeHidden();
  // Opened again, it offers the first ones.
  await bob.offerFor("Dragon well?");
  await expect(bob.offer.getByRole("button").first()).toBeFocused();
  await expect(bob.emojiPicker).toBeHidden();
  await bob.allEmojis.click();
  await bob.emojiGrid.getByRole("button", { name: "😁", exact: true }).click();
  await expect(alice.reactions("Dragon well?")).toHaveText(["🐉 1", "😁 1"]);
});

test("the emojis can be walked by keyboard, and the focus comes back", async ({ alice, bob }) => {
  await bob.say("by keys");
  await alice.line("by keys").hover();
  await alice.addReaction("by keys").focus();
  const { keyboard } = alice.page;
  await keyboard.press("Enter");
  await expect(alice.offer.getByRole("button").first()).toBeFocused();
  // Each button is a stop, and the last one shows all emojis.
  for (let step = await alice.offer.getByRole("button").count(); step > 1; step--) await keyboard.press("Tab");
  await expect(alice.allEmojis).toBeFocused();
  await keyboard.press("Enter");
  const emojis = alice.emojiGrid.getByRole("button");
  await expect(emojis.first()).toBeFocused();
  await keyboard.press("ArrowRight");
  await expect(emojis.nth(1)).toBeFocused();
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowUp");
  await expect(emojis.nth(1)).toBeFocused();
  await keyboard.press("End");
  await expect(emojis.last()).toBeFocused();
  await keyboard.press("ArrowRight");
  await expect(emojis.last()).toBeFocused();
  // Tab leaves the emojis for what is behind, Shift+Tab for their groups: they are one stop each.
  await keyboard.press("Shift+Tab");
  await expect(alice.emojiPicker.getByRole("tab").first()).toBeFocused();
  await keyboard.press("ArrowRight");
  await expect(alice.emojiPicker.getByRole("tab").nth(1)).toBeFocused();
  await expect(alice.emojiPicker.getByRole("tab", { selected: true })).toHaveText("👋");
  await keyboard.press("Tab");
  await expect(emojis.first()).toBeFocused();
  await keyboard.press("Escape");
  await expect(alice.offer).toBeHidden();
  await expect(alice.addReaction("by keys")).toBeFocused();

  await keyboard.press("Enter");
  await alice.allEmojis.focus();
  await keyboard.press("Enter");
  await expect(emojis.first()).toBeFocused();
  await keyboard.press("Enter");
  await expect(bob.reactions("by keys")).toHaveText(["😀 1"]);
  await expect(alice.offer).toBeHidden();
  await expect(alice.addReaction("by keys")).toBeFocused();
});

test("what shows all emojis is fetched when somebody turns to it, and once", async ({ alice, bob }) => {
  test.skip(!isPacked(), "the page is in one piece: `make build` makes parts of it");
  await bob.say("later");
  const fetched = fetches(alice);
  await alice.reactTo("later", "🍵");
  await expect(bob.reactions("later")).toHaveText(["🍵 1"]);
  expect(fetched).toEqual([]);
  await alice.offerFor("later");
  await alice.allEmojis.hover();
  await alice.allEmojis.click();
  await expect(alice.emojiPicker).toBeVisible();
  await alice.page.keyboard.press("Escape");
  await alice.offerFor("later");
  await alice.allEmojis.click();
  await expect(alice.emojiPicker).toBeVisible();
  expect(fetched).toHaveLength(1);
});

test("emojis that did not come are told of, can be tried again, and cost nothing that was typed", async ({ alice, bob, complaints }) => {
  test.skip(!isPacked(), "the page is in one piece: `make build` makes parts of it");
  complaints.expect(/Failed to load resource/);
  await bob.say("in a tunnel");
  await alice.composer.fill("half a thought");
  await alice.page.route(/emoji_picker/, (route) => route.abort());
  await alice.offerFor("in a tunnel");
  await alice.allEmojis.click();
  await expect(alice.offer.getByRole("alert")).toContainText(alice.words.partNotLoaded);
  await alice.page.unroute(/emoji_picker/);
  await alice.allEmojis.click();
  await expect(alice.emojiPicker).toBeVisible();
  await expect(alice.offer.getByRole("alert")).toBeHidden();
  await alice.emojiGrid.getByRole("button", { name: "😀" }).click();
  await expect(bob.reactions("in a tunnel")).toHaveText(["😀 1"]);
  await expect(alice.composer).toHaveValue("half a thought");
});

test("nobody is kept out of the emojis", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  await bob.say("Which one?");
  await alice.offerFor("Which one?");
  await alice.allEmojis.click();
  await expect(alice.emojiGrid.getByRole("button").first()).toBeFocused();
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-emojis.png` });
  const box = await alice.offer.boundingBox();
  const { width, height } = alice.page.viewportSize() ?? { width: 0, height: 0 };
  expect(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, JSON.stringify(box)).toBe(true);
  await expectAccessible(alice);
});
