// Unpacks the Chromium of @sparticuz/chromium and prints {executable, libraries, fonts} as JSON: on a machine
// without a desktop LD_LIBRARY_PATH needs the folder `libraries`, and FONTCONFIG_FILE is the file `fonts`.
import { createRequire } from "node:module";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
const { version } = JSON.parse(readFileSync(resolve(entry, "../../../package.json"), "utf8"));
const home = join(here, "node_modules", ".cache", `chromium-${version}`);

const FONTS = `<?xml version="1.0"?>
<fontconfig>
  <dir>${join(home, "fonts", "fonts")}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>${join(home, "fonts-cache")}</cachedir>
</fontconfig>
`;

if (!existsSync(home)) {
  // Unpacked beside and renamed when complete: the package takes a half unpacked browser for a whole one.
  const unpacking = `${home}.${process.pid}`;
  mkdirSync(unpacking, { recursive: true });
  process.env.TMPDIR = unpacking;
  process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs20.x"; // the package's word for "unpack the libraries as well"
  const { default: chromium } = await import("@sparticuz/chromium");
  await chromium.executablePath();
  writeFileSync(join(unpacking, "fonts.conf"), FONTS); // the package's own names the folders of a cloud function
  try {
    renameSync(unpacking, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
    rmSync(unpacking, { recursive: true }); // another run was faster
  }
}
console.log(
  JSON.stringify({
    executable: join(home, "chromium"),
    libraries: join(home, "al2023", "lib"),
    fonts: join(home, "fonts.conf"),
  }),
);
