// The benchmark of the page: real browsers against a real server, by `make bench-page`. It prints figures and asserts none,
// so it is no part of the end-to-end tests.
import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: "bench",
  testMatch: /\.bench\.ts$/,
  outputDir: "test-results/bench",
  fullyParallel: false,
  workers: 1,
  timeout: 60 * 60_000,
  use: { ...tests.use, trace: "off" },
  projects: tests.projects?.filter((project) => project.name === "desktop"),
});
