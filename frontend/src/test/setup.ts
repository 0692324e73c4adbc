import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { toast } from "sonner";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { startTranslations } from "@/i18n/i18n";
import { server } from "./server";

// What jsdom has no layout for: a list needs a height to know how many rows it must draw.
Object.defineProperties(HTMLElement.prototype, {
  clientHeight: { get: () => 600 },
  clientWidth: { get: () => 300 },
  offsetHeight: { get: () => 136 },
  offsetWidth: { get: () => 300 },
});
Element.prototype.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.hasPointerCapture = () => false;
Element.prototype.setPointerCapture = () => undefined;
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  },
);
vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));

// Patience costs nothing where all is well, and a busy machine is no failure.
configure({ asyncUtilTimeout: 10_000 });

beforeAll(async () => {
  server.listen({ onUnhandledRequest: "error" });
  await startTranslations();
});
beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  // They belong to no component: the next test would be shown what was said to this one.
  toast.dismiss();
  server.resetHandlers();
});
afterAll(() => server.close());
