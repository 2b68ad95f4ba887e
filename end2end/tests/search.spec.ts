// The search: in the dialog of the page, by pointer and by keyboard, in both languages.
import { expect, test } from "../fixtures.ts";

test("what was said is found, marked, and a press away", { tag: "@everywhere" }, async ({ alice, bob, token, expectAccessible }) => {
  await bob.say(`我们明天去茶馆 ${token}`);
  await bob.say(`nothing of that kind ${token}`);
  await expect(alice.line(`nothing of that kind ${token}`)).toBeVisible();
  await alice.openSearch();
  await expect(alice.search.getByRole("searchbox")).toBeFocused();
  await expectAccessible(alice);
  await alice.searchFor(`茶馆 ${token}`);
  await expect(alice.hits).toHaveCount(1);
  await expect(alice.hits).toContainText(`${bob.nickname} · `);
  await expect(alice.hits.locator("mark").first()).toHaveText("茶馆");
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-search.png` });
  await expectAccessible(alice);
  await alice.hits.click();
  await alice.ready();
  await expect(alice.named).toContainText("我们明天去茶馆");
  await expect(alice.named).toBeInViewport();
});

test("a query that finds nothing or cannot be answered says what to do", async ({ alice, token }) => {
  await alice.composer.fill("half a thought");
  await alice.openSearch();
  await expect(alice.search).toContainText(alice.words.searchEmpty);
  await alice.searchFor(`unsaid${token}`);
  await expect(alice.search).toContainText(alice.words.searchFindsNothing);
  await alice.searchFor("is:pinned");
  await expect(alice.search).toContainText(alice.words.searchNoFilter);
  await expect(alice.search.getByRole("searchbox")).toHaveValue("is:pinned");
  await alice.search.getByText(alice.words.searchHow).click();
  await expect(alice.search.getByText("has:link", { exact: true })).toBeVisible();
  await alice.page.goBack();
  await expect(alice.search).toBeHidden();
  await expect(alice.composer).toHaveValue("half a thought");
});

test("a deleted message is not found any more, and an edited one by its new words", async ({ alice, bob, token }) => {
  await alice.say(`oolong${token}`);
  await alice.say(`sencha${token}`);
  await alice.edit(`oolong${token}`, `matcha${token}`);
  await alice.delete(`sencha${token}`);
  await expect(bob.line(`matcha${token}`)).toBeVisible();
  await expect(bob.deleted).toBeVisible();
  await bob.openSearch();
  for (const gone of ["oolong", "sencha"]) {
    await bob.searchFor(`${gone}${token}`);
    await expect(bob.search).toContainText(bob.words.searchFindsNothing);
  }
  await bob.searchFor(`matcha${token}`);
  await expect(bob.hits).toHaveCount(1);
});

test("older results are a press away, in the same dialog", async ({ alice, people, script, token }) => {
  const program = await script();
  for (let line = 1; line <= 70; line++) program.say(people.nickname("Scribe"), `tea${token} ${line}`);
  await expect(alice.line(`tea${token} 70`)).toBeVisible();
  await alice.openSearch();
  await alice.searchFor(`tea${token}`);
  await expect(alice.hits).toHaveCount(50);
  await expect(alice.hits.first()).toContainText(`tea${token} 70`);
  await alice.search.getByRole("link", { name: alice.words.searchOlder }).click();
  await expect(alice.hits).toHaveCount(20);
  await expect(alice.hits.last()).toContainText(`tea${token} 1`);
});

test("the buttons of the bar stay within reach on a narrow page", async ({ people, room, expectAccessible }) => {
  const reader = await people.visitor(room, { viewport: { width: 360, height: 740 } });
  await reader.openPeople();
  await reader.page.keyboard.press("Escape");
  await reader.openRooms();
  await reader.page.keyboard.press("Escape");
  await reader.openSearch();
  await expectAccessible(reader);
});
