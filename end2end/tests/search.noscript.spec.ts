// The search with scripts off: a page of its own.
import { expect, test } from "../fixtures.ts";

test("somebody without scripts finds a message and opens it", async ({ people, room, token }) => {
  const alice = await people.member("Alice", room);
  await alice.say(`茶馆见 ${token}`);
  await alice.openSearch();
  await alice.searchFor(`茶馆 ${token}`);
  await expect(alice.hits).toHaveCount(1);
  await alice.hits.click();
  await expect(alice.named).toContainText("茶馆见");
});
