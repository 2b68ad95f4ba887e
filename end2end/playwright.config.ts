// Every project is a kind of reader. Specs that all readers share carry the tag @everywhere.
import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";
const chromium = process.env.CHROMIUM ?? (existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : undefined);

// Chromium's sandbox refuses to run as root; the other flags keep the browser from calling home during a test.
const flags = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

const desktop = { ...devices["Desktop Chrome"], viewport: { width: 1280, height: 800 } };
const phone = { ...devices["Pixel 5"], viewport: { width: 360, height: 740 } };

/** Specs for one project only. */
const OTHER_READERS = /\.(noscript|firefox)\.spec\.ts$/;

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results/runs",
  globalSetup: "./global-setup.ts",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    launchOptions: { executablePath: chromium, args: flags },
    locale: "en-GB",
    timezoneId: "Asia/Shanghai",
    trace: "retain-on-failure",
  },
  projects: [
    { name: "desktop", use: desktop, testIgnore: OTHER_READERS },
    { name: "phone", use: phone, grep: /@everywhere/, testIgnore: OTHER_READERS },
    { name: "dark", use: { ...desktop, colorScheme: "dark" }, grep: /@everywhere/, testIgnore: OTHER_READERS },
    { name: "zh-CN", use: { ...desktop, locale: "zh-CN" }, grep: /@everywhere/, testIgnore: OTHER_READERS },
    { name: "no-JS", use: { ...desktop, javaScriptEnabled: false }, testMatch: /\.noscript\.spec\.ts$/ },
    { name: "Firefox", testMatch: /\.firefox\.spec\.ts$/ },
  ],
});
