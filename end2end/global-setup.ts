// One server for the whole run, on a port of its own, with limits off: every test comes from the same address.
// TEAHOUSE_URL names a server that is running already.
import { startTeahouse } from "./server.mjs";
import { limitsOff } from "./settings.ts";

export default async function globalSetup(): Promise<(() => Promise<void>) | void> {
  if (process.env.TEAHOUSE_URL) return;
  const server = await startTeahouse({ environment: limitsOff });
  process.env.TEAHOUSE_URL = server.url;
  return () => server.stop();
}
