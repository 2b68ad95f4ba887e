// A session that is lost without a sign-out: cookies cleared, or a name that was not used for too long. The page says what
// happened, keeps what was typed, and goes on under the name that is chosen next.
import { expect, test } from "../fixtures.ts";

/** Takes the session of a browser, as clearing its cookies does. */
async function clearCookies({ page }: { page: import("@playwright/test").Page }): Promise<void> {
  await page.context().clearCookies();
}

test("cookies that are cleared while a tab is open cost a name and no draft", async ({ alice, bob, complaints, token, words }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  await alice.composer.fill("half a thought");
  await clearCookies(alice);
  // The page finds out with the next connection, or with the next thing that it asks the server.
  await alice.page.context().setOffline(true);
  await alice.page.context().setOffline(false);
  await alice.nicknameField.waitFor();
  await expect(alice.page.getByText(words.cookieLost)).toBeVisible();
  await alice.joinAs(`Again ${token}`);
  await expect(alice.composer).toHaveValue("half a thought");
  await alice.composer.press("Enter");
  await expect(bob.lines()).toHaveText(["half a thought"]);
});

test("cookies that are cleared before a reload cost no draft", async ({ alice, token }) => {
  await alice.composer.fill("half a thought");
  await clearCookies(alice);
  await alice.reload();
  await alice.joinAs(`Again ${token}`);
  await expect(alice.composer).toHaveValue("half a thought");
});

test("a message that waits while the cookie is lost goes under the next name", async ({ alice, bob, complaints, token, words }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  await alice.page.context().setOffline(true);
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "offline");
  await alice.say("written offline");
  await expect(alice.line("written offline")).toBeVisible();
  await clearCookies(alice);
  await alice.page.context().setOffline(false);
  await alice.nicknameField.waitFor();
  await expect(alice.line("written offline")).toContainText(words.nicknameFirst);
  await alice.joinAs(`Again ${token}`);
  await expect(bob.lines()).toHaveText(["written offline"]);
  await expect(bob.line("written offline")).toContainText(`Again ${token}`);
  await expect(alice.pendingLines()).toHaveCount(0);
});

test("a message that may have arrived under the lost name is not said again by itself", async ({ alice, bob, token, words }) => {
  let losesMessages = true;
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      if (!losesMessages || !frame.toString().includes('"post"')) server.send(frame);
    });
  });
  await alice.reload();
  await alice.live();
  await alice.say("on its way");
  losesMessages = false;
  await clearCookies(alice);
  await alice.reload();
  await alice.nicknameField.waitFor();
  await alice.joinAs(`Again ${token}`);
  await expect(alice.line("on its way")).toContainText(words.notSent);
  await expect(bob.lines()).toHaveCount(0);
  await alice.retry("on its way");
  await expect(bob.lines()).toHaveText(["on its way"]);
});
