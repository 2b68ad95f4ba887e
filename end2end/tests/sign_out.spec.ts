// Whoever signs out leaves nothing behind for the next person at this browser, and loses nothing by a slip.
import type { RoomPage } from "../pages/room.page.ts";
import { expect, test } from "../fixtures.ts";

/** Everything that this browser remembers, in all its kinds of storage. */
function remembered({ page }: RoomPage): Promise<string> {
  return page.evaluate(async () => {
    const opened = indexedDB.open("teahouse");
    await new Promise((resolve) => (opened.onsuccess = resolve));
    const all = opened.result.transaction("kept").objectStore("kept").getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    opened.result.close();
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, all.result]);
  });
}

test("draft and nickname are gone after signing out, in every tab", async ({ alice, room, token }) => {
  const otherTab = await alice.secondTab(room.slug);
  await alice.composer.fill("a secret in this tab");
  await otherTab.composer.fill("a secret in the other tab");
  expect(await remembered(alice)).toContain("secret");

  await alice.signOut();
  await alice.nicknameField.waitFor();
  await expect(otherTab.composer).toHaveValue("");
  for (const tab of [alice, otherTab]) {
    await expect.poll(() => remembered(tab)).not.toMatch(new RegExp(`secret|${token}`));
  }
  await alice.reload();
  await expect(alice.nicknameField).toHaveValue("");
  await alice.joinAs(`Next ${token}`);
  await expect(alice.composer).toHaveValue("");
});

test("signing out with an unsent message asks first, and no keeps it", async ({ alice, complaints, room, words }) => {
  complaints.expect(/^dialog: 1 message has not been sent/);
  // An answer that never comes leaves the message in the outbox, however good the connection.
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      if (!frame.toString().includes('"send"')) server.send(frame);
    });
  });
  await alice.reload();
  await alice.live();
  await alice.say("on its way");
  await expect(alice.line("on its way")).toBeVisible();

  await alice.signOut();
  await expect(alice.composer).toBeVisible();
  expect(await remembered(alice)).toContain("on its way");

  await alice.page.evaluate(() => (window.confirm = () => true));
  await alice.signOut();
  await alice.nicknameField.waitFor();
  await expect.poll(() => remembered(alice)).not.toContain("on its way");
  await expect(alice.page.getByText(words.sending)).toHaveCount(0);
  await alice.goto(room.slug);
  await expect(alice.line("on its way")).toHaveCount(0);
});
