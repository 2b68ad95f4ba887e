// How pages look: chosen once, kept for every page of this browser, with scripts and without.
import { expect, test, type RoomPage } from "../fixtures.ts";

const LIGHT_PAPER = "rgb(251, 249, 244)";
const DARK_PAPER = "rgb(21, 24, 25)";
/** What browsers come with, and what "larger" makes of it. */
const [NORMAL_TEXT, LARGE_TEXT] = ["16px", "19px"];

async function choose(reader: RoomPage, theme: string, text: string): Promise<void> {
  await reader.openRooms();
  await reader.page.getByRole("link", { name: reader.words.appearance }).click();
  await reader.page.getByRole("radio", { name: theme, exact: true }).check();
  await reader.page.getByRole("radio", { name: text, exact: true }).check();
  await reader.page.getByRole("button", { name: reader.words.save, exact: true }).click();
}

async function expectLooks(reader: RoomPage, paper: string, text: string): Promise<void> {
  await expect(reader.page.locator("html")).toHaveCSS("font-size", text);
  await expect(reader.page.locator("body")).toHaveCSS("background-color", paper);
}

test("a reader chooses colours and a size of text, and takes both back", { tag: "@everywhere" }, async ({ people, room, expectAccessible }) => {
  const isDark = test.info().project.name === "dark";
  const [own, other] = isDark ? [DARK_PAPER, LIGHT_PAPER] : [LIGHT_PAPER, DARK_PAPER];
  const reader = await people.visitor(room);
  const { words } = reader;
  await expectLooks(reader, own, NORMAL_TEXT);
  await choose(reader, isDark ? words.themeLight : words.themeDark, words.textLarge);
  // It is the same room, drawn anew.
  await expect(reader.panel).toBeHidden();
  await reader.ready();
  await expectLooks(reader, other, LARGE_TEXT);
  await reader.page.screenshot({ path: `test-results/screens/${test.info().project.name}-appearance.png` });
  await expectAccessible(reader);
  await reader.reload();
  await expectLooks(reader, other, LARGE_TEXT);
  await reader.openRooms();
  await reader.page.getByRole("link", { name: words.appearance }).click();
  await expect(reader.page.getByRole("radio", { name: words.textLarge, exact: true })).toBeChecked();
  await expectAccessible(reader);
  await reader.page.keyboard.press("Escape");
  await choose(reader, words.themeDevice, words.textNormal);
  await expectLooks(reader, own, NORMAL_TEXT);
});

test("it works without scripts, on every page", { tag: "@everywhere" }, async ({ people, room }) => {
  const isDark = test.info().project.name === "dark";
  const reader = await people.visitor(room, { javaScriptEnabled: false });
  const { words } = reader;
  await choose(reader, isDark ? words.themeLight : words.themeDark, words.textLarge);
  await expect(reader.page.getByRole("radio", { name: words.textLarge, exact: true })).toBeChecked();
  for (const path of ["/", `/r/${encodeURIComponent(room.slug)}`, "/help/shortcuts"]) {
    await reader.page.goto(`${reader.origin}${path}`);
    await expectLooks(reader, isDark ? LIGHT_PAPER : DARK_PAPER, LARGE_TEXT);
  }
});
