// Nothing that anybody types is ever HTML, and links lead only where they may.
import { expect, test } from "../fixtures.ts";

const PAYLOADS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  '"><script>alert(1)</script>',
  "'\"><img src=x onerror=alert(1)>",
  "</script><script>alert(1)</script>",
  "</title><script>alert(1)</script>",
  "</textarea><script>alert(1)</script>",
  "<!--<script>alert(1)//-->",
  "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
  "<a href=javascript:alert(1)>x</a>",
  "<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>",
  "<style>*{display:none}</style>",
  "<base href=https://example.org/>",
  "<meta http-equiv=refresh content='0;url=https://example.org/'>",
  "<form action=https://example.org/><button>Send</button></form>",
  "{{constructor.constructor('alert(1)')()}}",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "javascript:alert(1)",
  "\u2028alert(1)\u2029",
  "<\u200bscript>alert(1)</\u200bscript>",
];

test("whatever is typed is shown as it was typed, live and after a reload", async ({ alice, bob }) => {
  for (const payload of PAYLOADS) await alice.say(payload);
  await expect(bob.lines()).toHaveCount(PAYLOADS.length);
  const shown = PAYLOADS.map((payload) => payload.trim());
  expect(await bob.lines().allTextContents()).toEqual(shown);
  await bob.reload();
  expect(await bob.lines().allTextContents()).toEqual(shown);
  await expect(bob.timeline.locator("script, img, iframe, style, base, meta, form, math")).toHaveCount(0);
});

test("a nickname is text too", async ({ people, room, alice }) => {
  const nickname = "<b onclick=alert(1)>x";
  const mallory = await people.visitor(room);
  await mallory.tryToJoinAs(`${nickname}${people.nickname("").trim().slice(0, 3)}`);
  await mallory.composer.waitFor();
  await mallory.say("hello");
  await expect(alice.line("hello")).toContainText(nickname);
  await expect(alice.page.locator("b[onclick]")).toHaveCount(0);
});

test("addresses can be followed, and only safe ones", async ({ alice, bob }) => {
  await alice.say("see https://example.org/a?b=c#d, or mailto:tea@example.org; not javascript:alert(1) nor data:text/html,x");
  const links = bob.timeline.locator(".message__text a");
  await expect(links).toHaveCount(2);
  expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")))).toEqual([
    "https://example.org/a?b=c#d",
    "mailto:tea@example.org",
  ]);
  await expect(links.first()).toHaveAttribute("rel", /noopener/);
});
