// Extensions, translators and proxies change a page before it comes alive: it comes alive all the same, as it was drawn.
import { expect, test } from "../fixtures.ts";
import type { RoomPage } from "../pages/room.page.ts";
import { Wire } from "../proxy.ts";

/** What is done to the document while it waits for its code, by somebody who looks at it for the first time. */
const changes: Record<string, () => void> = {
  "an element at the head of the body": () => document.body.prepend(document.createElement("div")),
  "an element at the head of the application": () =>
    document.getElementById("application")?.prepend(document.createElement("div")),
  "an element before the field": () => document.getElementById("composer")?.before(document.createElement("span")),
  "an element before every field": () => {
    for (const field of document.querySelectorAll("input, textarea")) field.before(document.createElement("x-helper"));
  },
  "no comments": () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
    const comments: Node[] = [];
    while (walker.nextNode()) comments.push(walker.currentNode);
    for (const comment of comments) comment.parentNode?.removeChild(comment);
  },
  "other words in every text": () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Node[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of texts) {
      const font = document.createElement("font");
      text.parentNode?.replaceChild(font, text);
      font.append(text);
    }
  },
};

/** Holds the code back until the change is made and something is typed. */
async function openChanged(person: RoomPage, slug: string, change: () => void, typed?: string): Promise<void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await person.page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await person.page.goto(`${person.origin}/r/${encodeURIComponent(slug)}`);
  await person.page.evaluate(change);
  if (typed !== undefined) await person.page.locator("#composer").fill(typed);
  release();
  await person.ready();
  await person.live();
}

for (const [what, change] of Object.entries(changes)) {
  test(`a page with ${what} comes alive, and what was typed is kept and sent`, async ({ alice, bob, room }) => {
    await bob.say("before");
    await alice.leavePage();
    await openChanged(alice, room.slug, change, "typed meanwhile");
    await expect(alice.composer).toHaveValue("typed meanwhile");
    await expect(alice.composer).toBeFocused();
    await alice.composer.press("Enter");
    await expect(bob.lines()).toHaveText(["before", "typed meanwhile"]);
    await bob.say("after");
    await expect(alice.lines()).toHaveText(["before", "typed meanwhile", "after"]);
  });
}

test("a page that nobody changed is taken over as it is", async ({ alice, room }) => {
  const fetched: string[] = [];
  alice.page.on("request", (request) => {
    if (request.resourceType() === "fetch") fetched.push(request.url());
  });
  await openChanged(alice, room.slug, () => document.getElementById("application")?.setAttribute("data-first", ""));
  await expect(alice.page.locator("#application[data-first]")).toHaveCount(1);
  expect(fetched.filter((url) => !url.endsWith(".wasm"))).toEqual([]);
});

test("a proxy that writes into the page does not keep it from coming alive", async ({ server, people, room, bob }) => {
  const wire = await Wire.to(server);
  wire.dropComments();
  const alice = await people.visitor(room, { origin: wire.origin });
  await alice.joinAs(people.nickname("Alice"));
  await alice.say("through the proxy");
  await expect(bob.lines()).toHaveText(["through the proxy"]);
  await alice.reload();
  await expect(alice.lines()).toHaveText(["through the proxy"]);
  // Otherwise her page finds nobody behind the closed wire, and the browser complains.
  await alice.page.close();
  await wire.close();
});

test("a page that stops says so, with a way to go on", async ({ alice, complaints }) => {
  complaints.expect(/unreachable/);
  await alice.page.evaluate(() => {
    setTimeout(() => {
      throw new WebAssembly.RuntimeError("unreachable");
    });
  });
  await expect(alice.alert.filter({ hasText: alice.words.stopped })).toBeVisible();
});
