// A seal tells its bearer apart from everybody else who is here.
import { expect, test, type RoomPage } from "../fixtures.ts";

function hues(person: RoomPage): Promise<string[]> {
  return person.people
    .locator(".roster .seal")
    .evaluateAll((seals) => seals.map((seal) => getComputedStyle(seal).getPropertyValue("--hue")));
}

function besideTheirLike(hues: string[]): string[] {
  return hues.filter((hue, place) => place > 0 && hue === hues[place - 1]);
}

test("no two people who stand side by side have one hue, and all see the same", async ({ alice, room, people, script }) => {
  for (let guest = 1; guest <= 10; guest++) (await script()).say(people.nickname(`Guest ${guest}`), "hello");
  await expect(alice.lines()).toHaveCount(10);
  await expect.poll(async () => (await hues(alice)).length).toBe(11);
  expect(besideTheirLike(await hues(alice))).toEqual([]);
  await alice.reload();
  expect(besideTheirLike(await hues(alice))).toEqual([]);
  const reader = await people.visitor(room, { javaScriptEnabled: false });
  await alice.reload();
  expect(await hues(reader)).toEqual(await hues(alice));
});

test("one's own seal is the same everywhere", async ({ people, room }) => {
  for (const name of ["Ada", "Bo", "Cy", "Di", "Ed"]) {
    const person = await people.member(name, room);
    const hue = (list: string) =>
      person.people.locator(`${list} .seal`).evaluate((seal) => getComputedStyle(seal).getPropertyValue("--hue"));
    await expect(async () => expect(await hue(".me")).toBe(await hue(".roster__person:has(.mark)"))).toPass({ timeout: 5_000 });
  }
});

test("a person's lines bear the hue of the person", async ({ alice, bob }) => {
  await bob.say("mine");
  await expect(alice.line("mine")).toBeVisible();
  const hue = (seal: Element) => getComputedStyle(seal).getPropertyValue("--hue");
  const said = await alice.line("mine").locator(".seal").evaluate(hue);
  expect(said).toBe(await alice.person(bob.nickname).locator(".seal").evaluate(hue));
});
