// HTTPS and WSS with a self-made certificate.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "../fixtures.ts";
import { startTeahouse } from "../server.mjs";
import { limitsOff } from "../settings.ts";

test("two people talk over HTTPS, and the session cookie is for HTTPS alone", async ({ people }) => {
  const folder = mkdtempSync(path.join(tmpdir(), "teahouse-tls-"));
  const [certificate, key] = [path.join(folder, "certificate.pem"), path.join(folder, "key.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  execFileSync("openssl", ["req", "-x509", "-nodes", "-days", "2", ...curve, ...subject, "-keyout", key, "-out", certificate], {
    stdio: "pipe",
  });
  const server = await startTeahouse({
    environment: limitsOff,
    flags: ["--tls-cert", certificate, "--tls-key", key],
    scheme: "https",
  });
  try {
    const lobby = { slug: "lobby", title: "Lobby" };
    const secure = { origin: server.url, ignoreHTTPSErrors: true };
    const alice = await people.member("Alice", lobby, secure);
    const bob = await people.member("Bob", lobby, secure);
    await alice.say("nobody else can read this");
    await expect(bob.line("nobody else can read this")).toBeVisible();
    const cookies = await alice.page.context().cookies();
    const session = cookies.find((cookie) => cookie.name.startsWith("__Host-"));
    expect(session).toMatchObject({ secure: true, httpOnly: true, sameSite: "Lax" });
  } finally {
    await people.leave();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});
