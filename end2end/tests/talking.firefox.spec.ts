// The other engine. What a page does is tried in Chromium; here is that it does it in Firefox too.
import { expect, test } from "@playwright/test";
import { Firefox, findFirefox } from "../firefox.ts";
import { startTeahouse } from "../server.mjs";
import { limitsOff } from "../settings.ts";

const program = findFirefox();

/** What Firefox itself says about a server that is away. */
const AWAY = /^Firefox can’t establish a connection to the server at ws:|^The connection to ws:/;

test("people in Firefox talk live, and lose nothing when the server is away", async () => {
  test.skip(!program, "there is no Firefox; `make setup` installs firefox-esr, or set FIREFOX to its path");
  test.slow();
  const server = await startTeahouse({ environment: limitsOff });
  const firefox = await Firefox.start(program ?? "");
  try {
    const [ada, bo] = [await firefox.visitor(server.url), await firefox.visitor(server.url)];
    await ada.joinAs("Ada");
    await bo.joinAs("Bo");
    await ada.say("Hello from Firefox");
    await bo.hears("Hello from Firefox");
    await server.pause();
    await bo.isInState("offline", "reconnecting");
    await bo.say("written while nobody was there");
    await server.restart();
    await ada.hears("written while nobody was there");
    await bo.isInState("live");
    expect(firefox.complaints.filter((complaint) => !AWAY.test(complaint)), "the browser complained").toEqual([]);
  } finally {
    await firefox.stop();
    await server.stop();
  }
});
