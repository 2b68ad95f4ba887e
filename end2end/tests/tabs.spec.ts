// The tabs of a browser are one person: what becomes of the nickname in one of them becomes of it in the others, and nothing
// that is being typed there is lost by it. Signing out is in sign_out.spec.ts.
import { RoomPage } from "../pages/room.page.ts";
import { expect, test } from "../fixtures.ts";

function nameOf({ page }: RoomPage) {
  return page.locator(".me__name");
}

/** The form for another nickname, beside the people. */
function renaming({ page }: RoomPage) {
  return page.locator(".me__fold:has(#nickname)");
}

function nameField(tab: RoomPage) {
  return renaming(tab).locator("#nickname");
}

async function unfold(tab: RoomPage): Promise<void> {
  if ((await renaming(tab).getAttribute("open")) === null) await renaming(tab).locator("summary").click();
}

async function rename(tab: RoomPage, name: string): Promise<void> {
  await unfold(tab);
  await nameField(tab).fill(name);
  await renaming(tab).getByRole("button").click();
  await expect(nameOf(tab)).toHaveText(name);
}

for (const [where, joiner] of [["first", 0], ["second", 1]] as const) {
  test(`whoever joins in the ${where} of two tabs has joined in both`, async ({ bob, people, room }) => {
    const one = await people.visitor(room);
    const tabs = [one, await one.secondTab(room.slug)] as const;
    const [here, there] = [tabs[joiner], tabs[1 - joiner]!];
    const name = people.nickname("Tabs");
    await here.joinAs(name);
    await expect(nameOf(there)).toHaveText(name);
    await there.live();
    await there.say("from the other tab");
    await expect(bob.line("from the other tab")).toContainText(name);
    await expect(bob.person(name)).toHaveCount(1);
    await expect(renaming(there)).not.toHaveAttribute("open");
    for (const tab of tabs) await expect(tab.alert).toHaveCount(0);
  });
}

test("whoever joins by the form, before a tab is alive, has joined in the others", async ({ complaints, people, room }) => {
  complaints.expect(/Failed to load resource|WebAssembly|wasm|dynamically imported|fetch/i);
  const other = await people.visitor(room);
  const context = other.page.context();
  await context.route(/\.wasm$/, (route) => route.abort());
  const still = new RoomPage(await context.newPage(), other.words, false, other.origin);
  await still.goto(room.slug);
  await context.unroute(/\.wasm$/);
  const name = people.nickname("Early");
  await still.joinAs(name);
  await expect(nameOf(other)).toHaveText(name);
});

test("a nickname that is being typed while another tab joins can still be taken", async ({ bob, people, room }) => {
  const one = await people.visitor(room);
  const other = await one.secondTab(room.slug);
  const [joined, typed] = [people.nickname("Joined"), people.nickname("Typed")];
  await other.nicknameField.fill(typed);
  await one.joinAs(joined);
  await expect(nameOf(other)).toHaveText(joined);
  await expect(nameField(other)).toBeVisible();
  await expect(nameField(other)).toHaveValue(typed);
  await other.live();
  await renaming(other).getByRole("button").click();
  for (const tab of [one, other]) await expect(nameOf(tab)).toHaveText(typed);
  await expect(bob.person(typed)).toHaveCount(1);
  await expect(renaming(other)).not.toHaveAttribute("open");
});

for (const [from, renamer] of [["first", 0], ["second", 1]] as const) {
  test(`a new name in the ${from} of two tabs takes nothing that is being typed in the other`, async ({ alice, people, room, words }) => {
    const tabs = [alice, await alice.secondTab(room.slug)] as const;
    const [here, there] = [tabs[renamer], tabs[1 - renamer]!];
    await there.composer.fill("half a thought");
    await unfold(there);
    await nameField(there).fill("half a name");
    // Twice, since what is in a field that was drawn anew must outlast the next time, too.
    for (const name of [people.nickname("New"), people.nickname("Newer")]) {
      await rename(here, name);
      await expect(nameOf(there)).toHaveText(name);
      await expect(there.alert).toHaveText(words.namedElsewhere(name));
      await expect(nameField(there)).toBeVisible();
      await expect(nameField(there)).toHaveValue("half a name");
      await expect(there.composer).toHaveValue("half a thought");
    }
  });
}

test("what is told about a name goes with the name", async ({ alice, people, room, words }) => {
  const other = await alice.secondTab(room.slug);
  const [first, second] = [people.nickname("First"), people.nickname("Second")];
  await rename(alice, first);
  await expect(other.alert).toHaveText(words.namedElsewhere(first));
  await rename(other, second);
  await expect(other.alert).toHaveCount(0);
  await expect(alice.alert).toHaveText(words.namedElsewhere(second));

  await other.live();
  await other.signOut();
  await alice.nicknameField.waitFor();
  await expect(alice.alert).toHaveCount(0);
  await alice.joinAs(people.nickname("Third"));
  await expect(alice.alert).toHaveCount(0);
});
