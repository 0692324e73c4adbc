import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { afterEach, describe, expect, test, vi } from "vitest";
import { open } from "@/test/app";
import { problem, startBackend } from "@/test/backend";
import { aDraft, aLead } from "@/test/make";
import { server } from "@/test/server";

afterEach(() => {
  vi.useRealTimers();
});

const sheet = () => screen.findByRole("dialog", { name: "Ana García" });
const composer = async () => within(await sheet()).findByRole("textbox", { name: "Write to Ana García" });

describe("answering a lead", () => {
  test("the draft that waits for this lead stands above the composer, and no other", async () => {
    const lead = aLead();
    const { writes } = startBackend({
      leads: [lead],
      drafts: [aDraft({ lead_id: lead.id }), aDraft({ text: "Para otra persona" })],
    });
    const { user } = open(`/leads?lead=${lead.id}`);
    const card = await within(await sheet()).findByRole("article", { name: "Draft for Ana García" });
    expect(card.compareDocumentPosition(await composer())).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(within(await sheet()).queryByText("Para otra persona")).toBeNull();
    await user.click(within(card).getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(card).not.toBeInTheDocument());
    expect(writes.map(({ path }) => path)).toEqual(["approve"]);
  });

  test("a draft that cannot be read is not passed over in silence", async () => {
    const lead = aLead();
    startBackend({ leads: [lead] });
    server.use(http.get("*/dm/drafts/demo", () => problem(403, "Not for you.")));
    open(`/leads?lead=${lead.id}`);
    expect(await within(await sheet()).findByRole("alert")).toHaveTextContent("Not for you.");
    expect(await composer()).toBeVisible();
  });

  test("Escape leaves the draft that is being rewritten, not the conversation", async () => {
    const lead = aLead();
    startBackend({ leads: [lead], drafts: [aDraft({ lead_id: lead.id })] });
    const { user } = open(`/leads?lead=${lead.id}`);
    await user.click(await within(await sheet()).findByRole("button", { name: "Edit" }));
    await user.type(await screen.findByRole("textbox", { name: "Your answer" }), "!{Escape}");
    expect(screen.queryByRole("textbox", { name: "Your answer" })).toBeNull();
    expect(await sheet()).toBeVisible();
  });

  test("what a person writes is sent and appears in the conversation", async () => {
    const lead = aLead();
    const { writes } = startBackend({ leads: [lead] });
    const { user } = open(`/leads?lead=${lead.id}`);
    await user.type(await composer(), "Soy yo{Enter}");
    const words = await within(await sheet()).findByRole("log", { name: "Conversation" });
    expect((await within(words).findByText("Soy yo")).parentElement).toHaveAttribute("data-side", "right");
    expect(await composer()).toHaveValue("");
    expect(writes.at(-1)).toMatchObject({
      path: "send",
      body: { follower_id: lead.follower_id, message: "Soy yo" },
    });
  });

  test("the same words sent again after a failure are said once", async () => {
    const keys: (string | null)[] = [];
    const lead = aLead();
    startBackend({ leads: [lead] });
    server.use(
      http.post("*/dm/send/demo", ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        return problem(503, "Try again in a moment.");
      }),
    );
    const { user } = open(`/leads?lead=${lead.id}`);
    await user.type(await composer(), "Soy yo{Enter}");
    expect(await screen.findByText("Not sent: Try again in a moment.")).toBeVisible();
    expect(await composer()).toHaveValue("Soy yo");
    await user.type(await composer(), "{Enter}");
    await waitFor(() => expect(keys).toHaveLength(2));
    await user.type(await composer(), "!{Enter}");
    await waitFor(() => expect(keys).toHaveLength(3));
    expect(keys[0]).toBeTruthy();
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test("whoever types holds the bot back, and says so once a minute", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-20T10:00:00Z") });
    const lead = aLead();
    const { writes } = startBackend({ leads: [lead] });
    const { user } = open(`/leads?lead=${lead.id}`);
    const said = () => writes.filter(({ path }) => path === "typing").length;
    await user.type(await composer(), "Hola Ana");
    await waitFor(() => expect(said()).toBe(1));
    vi.setSystemTime(Date.parse("2026-11-20T10:00:59Z"));
    await user.type(await composer(), ", ");
    expect(said()).toBe(1);
    vi.setSystemTime(Date.parse("2026-11-20T10:01:00Z"));
    await user.type(await composer(), "¿qué tal?");
    await waitFor(() => expect(said()).toBe(2));
  });
});
