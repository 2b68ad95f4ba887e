// The address of a message with scripts off: it is in sight and marked, and older and newer messages are a link away.
import { expect, test } from "../fixtures.ts";

test("a message is shown in the middle of what was said around it", async ({ people, room, script }) => {
  const program = await script();
  for (let line = 1; line <= 120; line++) program.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => program.heard.length).toBe(120);
  const reader = await people.visitor(room);
  await reader.gotoMessage(room.slug, 61);
  await expect(reader.line("line 60")).toBeInViewport();
  await expect(reader.named).toHaveText(/line 60/);
  await expect(reader.line("line 100")).toHaveCount(0);
  await reader.page.getByRole("link", { name: reader.words.newerMessages }).click();
  await expect(reader.line("line 85")).toHaveCount(1);
  await expect(reader.line("line 60")).toHaveCount(0);
  await reader.page.goBack();
  await reader.older.click();
  await expect(reader.line("line 34")).toHaveCount(1);
});
