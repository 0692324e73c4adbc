import { screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { describe, expect, test } from "vitest";
import { open } from "@/test/app";
import { problem, startBackend } from "@/test/backend";
import { aDraft, aLead, anEscalation } from "@/test/make";
import { server } from "@/test/server";

const at = (hour: number) => `2026-11-20T${String(hour).padStart(2, "0")}:00:00+00:00`;
const draftFor = (name: string) => screen.findByRole("article", { name: `Draft for ${name}` });
const escalationOf = (name: string) => screen.findByRole("article", { name: `${name} needs a person` });
const button = async (card: Promise<HTMLElement>, name: string) =>
  within(await card).findByRole("button", { name });

describe("what waits for a person", () => {
  test("escalations come first, and whoever has waited longest is on top", async () => {
    startBackend({
      drafts: [
        aDraft({ name: "Zoë", created_at: at(12) }),
        aDraft({ name: "Ana", created_at: at(9) }),
        aDraft({ name: "Luis", created_at: at(10) }),
      ],
      escalations: [
        anEscalation({ name: "Pedro", created_at: at(15) }),
        anEscalation({ name: "Emma", created_at: at(14) }),
      ],
    });
    open("/waiting");
    await draftFor("Ana");
    await escalationOf("Emma");
    expect(screen.getAllByRole("article").map((card) => card.getAttribute("aria-label"))).toEqual([
      "Emma needs a person",
      "Pedro needs a person",
      "Draft for Ana",
      "Draft for Luis",
      "Draft for Zoë",
    ]);
  });

  test("the navigation counts both, also from another page", async () => {
    const { world, tell } = startBackend({ drafts: [aDraft(), aDraft()], escalations: [anEscalation()] });
    open("/leads");
    expect(await screen.findByRole("link", { name: "Waiting for you 3" })).toBeVisible();
    await screen.findByText("Live");
    // Twice, because the lists are read once more as soon as the stream is open.
    for (const [drafts, count] of [
      [[aDraft()], 2],
      [[], 1],
    ] as const) {
      world.drafts = [...drafts];
      tell("follower.draft_approved");
      expect(await screen.findByRole("link", { name: `Waiting for you ${count}` })).toBeVisible();
    }
  });

  test("a draft says who asked what on which channel, what would be sent, why it waits and until when", async () => {
    const draft = aDraft({
      username: "ana",
      why: ["first_link", "not_invented_yet"],
      expires_at: new Date(Date.now() + 50 * 60_000).toISOString(),
      outdated: true,
    });
    startBackend({ drafts: [draft] });
    open("/waiting");
    const card = await draftFor("Ana García");
    for (const words of [
      "Instagram · @ana",
      "¿Cuánto cuesta?",
      "El curso cuesta 97 €",
      "the first answer would carry a link",
      "not_invented_yet",
      "Ana García has written since",
      "86 % sure",
    ])
      expect(card).toHaveTextContent(words);
    expect(card).toHaveTextContent(/Window closes in (49|50) min/);
    expect(within(card).getByRole("link", { name: "Ana García" })).toHaveAttribute(
      "href",
      `/app/leads?lead=${draft.lead_id}`,
    );
  });

  test("a window that stays open for long is not spoken of", async () => {
    startBackend({ drafts: [aDraft({ expires_at: "2999-01-01T00:00:00Z", source: "template" })] });
    open("/waiting");
    const card = await draftFor("Ana García");
    expect(card).toHaveTextContent("From a template");
    expect(card).not.toHaveTextContent("Window closes");
  });

  test("an approved draft is sent and leaves the list; the next one has the focus", async () => {
    const { writes } = startBackend({
      drafts: [aDraft(), aDraft({ name: "Luis", created_at: at(12) })],
    });
    const { user } = open("/waiting");
    await user.click(await button(draftFor("Ana García"), "Approve"));
    expect(await screen.findByText("Sent to Ana García.")).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("article", { name: "Draft for Ana García" })).toBeNull());
    expect(await draftFor("Luis")).toHaveFocus();
    expect(writes).toEqual([{ path: "approve", body: { confirm_outdated: false }, csrf: "the-token" }]);
  });

  test("nothing is shown as sent before the server says so", async () => {
    startBackend({ drafts: [aDraft()] });
    server.use(
      http.post("*/dm/drafts/demo/:id/approve", async () => {
        await delay("infinite");
      }),
    );
    const { user } = open("/waiting");
    await user.click(await button(draftFor("Ana García"), "Approve"));
    await waitFor(async () => expect(await draftFor("Ana García")).toHaveAttribute("aria-busy", "true"));
    expect(await button(draftFor("Ana García"), "Reject")).toHaveAttribute("aria-disabled", "true");
  });

  test("an answer that is held back says why", async () => {
    startBackend({ drafts: [aDraft()] });
    server.use(
      http.post("*/dm/drafts/demo/:id/approve", () =>
        Response.json({
          status: "ok",
          id: "d",
          lead_id: "l",
          settled: "approved",
          message_id: "m",
          delivery: "held",
          reason: "window_closed",
          version: 2,
        }),
      ),
    );
    const { user } = open("/waiting");
    await user.click(await button(draftFor("Ana García"), "Approve"));
    expect(
      await screen.findByText("Not delivered to Ana García: the messaging window is closed"),
    ).toBeVisible();
  });

  test("the keys approve, reject, rewrite and ask for another wording, one draft after the other", async () => {
    const { writes } = startBackend({
      drafts: ["Ana", "Luis", "Emma"].map((name, index) => aDraft({ name, created_at: at(index) })),
    });
    const { user } = open("/waiting");
    (await draftFor("Ana")).focus();
    for (const [key, next] of [
      ["{Enter}", "Luis"],
      ["x", "Emma"],
    ] as const) {
      await user.keyboard(key);
      await waitFor(async () => expect(await draftFor(next)).toHaveFocus());
    }
    await user.keyboard("e");
    expect(await screen.findByRole("textbox", { name: "Your answer" })).toHaveFocus();
    await user.keyboard("{Escape}");
    expect(await draftFor("Emma")).toHaveFocus();
    await user.keyboard("r");
    expect(await screen.findByText("Another wording for Emma is on its way.")).toBeVisible();
    expect(await screen.findByText("Nothing waits for you")).toBeVisible();
    expect(screen.getByRole("group", { name: "Waiting for you" })).toHaveFocus();
    expect(writes.map(({ path }) => path)).toEqual(["approve", "reject", "regenerate"]);
  });

  test("a rewritten draft is sent by Ctrl and Enter, and its characters are counted", async () => {
    const { writes } = startBackend({ drafts: [aDraft({ text: "Hola" })] });
    const { user } = open("/waiting");
    await user.click(await button(draftFor("Ana García"), "Edit"));
    const field = await screen.findByRole("textbox", { name: "Your answer" });
    expect(field).toHaveFocus();
    await user.type(field, ", Ana");
    expect(field).toHaveAccessibleDescription("9 of 4,096 characters");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByText("Sent to Ana García.")).toBeVisible();
    expect(writes.filter(({ path }) => path !== "typing")).toEqual([
      { path: "edit", body: { text: "Hola, Ana", confirm_outdated: false }, csrf: "the-token" },
    ]);
  });

  test("whoever has written since is answered only after a second question", async () => {
    const { writes } = startBackend({ drafts: [aDraft({ outdated: true })] });
    const { user } = open("/waiting");
    await user.click(await button(draftFor("Ana García"), "Approve"));
    const question = "Ana García has written since. Send it anyway?";
    expect(await screen.findByText(question)).toBeVisible();
    await user.click(await button(draftFor("Ana García"), "Not yet"));
    expect(screen.queryByText(question)).toBeNull();
    expect(await draftFor("Ana García")).toHaveFocus();
    expect(writes).toEqual([]);
    await user.click(await button(draftFor("Ana García"), "Approve"));
    await user.click(await button(draftFor("Ana García"), "Send anyway"));
    expect(await screen.findByText("Sent to Ana García.")).toBeVisible();
    expect(writes.map(({ body }) => body)).toEqual([{ confirm_outdated: true }]);
  });

  test("the second question is about the text as it was rewritten", async () => {
    const { writes } = startBackend({ drafts: [aDraft({ text: "Hola", outdated: true })] });
    const { user } = open("/waiting");
    await user.click(await button(draftFor("Ana García"), "Edit"));
    await user.type(await screen.findByRole("textbox", { name: "Your answer" }), " Ana");
    await user.click(await button(draftFor("Ana García"), "Send"));
    await user.click(await button(draftFor("Ana García"), "Send anyway"));
    expect(await screen.findByText("Sent to Ana García.")).toBeVisible();
    expect(writes.at(-1)?.body).toEqual({ text: "Hola Ana", confirm_outdated: true });
  });

  test("a refusal is said on the draft, which stays to be tried again", async () => {
    startBackend({ drafts: [aDraft()] });
    server.use(http.post("*/dm/drafts/demo/:id/reject", () => problem(403, "Ask the owner.")));
    const { user } = open("/waiting");
    await user.click(await button(draftFor("Ana García"), "Reject"));
    expect(await within(await draftFor("Ana García")).findByRole("alert")).toHaveTextContent(
      "That did not work: Ask the owner.",
    );
    expect(await button(draftFor("Ana García"), "Reject")).toHaveAttribute("aria-disabled", "false");
  });

  test("a draft that somebody else has settled leaves, and the screen says so", async () => {
    const { world } = startBackend({ drafts: [aDraft()] });
    const { user } = open("/waiting");
    const approve = await button(draftFor("Ana García"), "Approve");
    world.drafts = [];
    await user.click(approve);
    expect(await screen.findByText("This is settled already.")).toBeVisible();
    expect(await screen.findByText("Nothing waits for you")).toBeVisible();
  });

  test("what somebody is typing stays, although the draft was settled elsewhere", async () => {
    const { world, tell } = startBackend({ drafts: [aDraft({ text: "Hola" }), aDraft({ name: "Luis" })] });
    const { user } = open("/waiting");
    await user.click(await button(draftFor("Ana García"), "Edit"));
    const field = await screen.findByRole("textbox", { name: "Your answer" });
    await user.type(field, ", Ana");
    await screen.findByText("Live");
    world.drafts = [];
    tell("follower.draft_superseded");
    await waitFor(() => expect(screen.queryByRole("article", { name: "Draft for Luis" })).toBeNull());
    expect(field).toHaveValue("Hola, Ana");
    await user.click(await button(draftFor("Ana García"), "Send"));
    expect(await within(await draftFor("Ana García")).findByRole("alert")).toHaveTextContent(
      "Somebody has settled it already.",
    );
    expect(field).toHaveValue("Hola, Ana");
    await user.click(await button(draftFor("Ana García"), "Cancel"));
    expect(await screen.findByText("Nothing waits for you")).toBeVisible();
  });

  test("an escalation says why a person is needed and leads to the conversation", async () => {
    const lead = aLead({ name: "Pedro Ruiz" });
    startBackend({ leads: [lead], escalations: [anEscalation({ lead_id: lead.id, reason: "support" })] });
    const { user } = open("/waiting");
    const card = await escalationOf("Pedro Ruiz");
    expect(card).toHaveTextContent("Quiero hablar con una persona");
    expect(card).toHaveTextContent("something does not work for them");
    expect(card).toHaveTextContent("Hot");
    await user.click(within(card).getByRole("link", { name: "Open conversation" }));
    expect(await screen.findByRole("dialog", { name: "Pedro Ruiz" })).toBeVisible();
  });

  test.each([
    ["with a note", "I called him", { note: "I called him" }],
    ["without a note", "", {}],
  ])("an escalation is resolved %s, and the focus goes on", async (_, note, body) => {
    const { writes } = startBackend({ drafts: [aDraft()], escalations: [anEscalation()] });
    const { user } = open("/waiting");
    await draftFor("Ana García");
    await user.click(await button(escalationOf("Pedro Ruiz"), "Resolve"));
    expect(await screen.findByRole("textbox", { name: "A note, if you like" })).toHaveFocus();
    if (note) await user.keyboard(note);
    await user.click(await button(escalationOf("Pedro Ruiz"), "Resolve"));
    expect(await screen.findByText("Resolved: the bot may write to Pedro Ruiz again.")).toBeVisible();
    expect(await draftFor("Ana García")).toHaveFocus();
    expect(writes).toEqual([{ path: "resolve", body, csrf: "the-token" }]);
  });

  test("an escalation that somebody else has resolved leaves, and the screen says so", async () => {
    const { world } = startBackend({ escalations: [anEscalation()] });
    const { user } = open("/waiting");
    await user.click(await button(escalationOf("Pedro Ruiz"), "Resolve"));
    world.escalations = [];
    await user.click(await button(escalationOf("Pedro Ruiz"), "Resolve"));
    expect(await screen.findByText("This is settled already.")).toBeVisible();
    expect(await screen.findByText("Nothing waits for you")).toBeVisible();
  });

  test("a list that cannot be read says why, while the other one is shown", async () => {
    startBackend({ drafts: [aDraft()], escalations: [anEscalation()] });
    server.use(http.get("*/dm/escalations/demo", () => problem(403, "Not for you."), { once: true }));
    const { user } = open("/waiting");
    await draftFor("Ana García");
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("Not for you.");
    await user.click(within(alert).getByRole("button", { name: "Try again" }));
    await escalationOf("Pedro Ruiz");
  });

  test("a long list is read on", async () => {
    startBackend({ drafts: Array.from({ length: 51 }, (_, index) => aDraft({ name: `Lead ${index + 1}` })) });
    const { user } = open("/waiting");
    expect(await screen.findByText("Lead 50")).toBeVisible();
    expect(screen.queryByText("Lead 51")).toBeNull();
    expect(screen.getByText("Answers to approve")).toHaveTextContent("51");
    await user.click(screen.getByText("Show more"));
    expect(await screen.findByText("Lead 51")).toBeVisible();
    expect(screen.queryByText("Show more")).toBeNull();
  });
});
