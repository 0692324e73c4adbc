import { cleanup, screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { afterEach, describe, expect, test } from "vitest";
import { open } from "@/test/app";
import { problem, startBackend } from "@/test/backend";
import { aLead } from "@/test/make";
import { server } from "@/test/server";
import { takeLink } from "./link";

afterEach(() => window.history.replaceState(null, "", "/app/"));

describe("logging in", () => {
  test("a link logs in and leaves no trace in the address", async () => {
    const { world } = startBackend({ leads: [aLead()] });
    world.loggedIn = false;
    window.history.replaceState(null, "", "/app/leads#link=good");
    takeLink();
    expect(window.location.hash).toBe("");
    open("/leads");
    expect(await screen.findByRole("button", { name: /^Ana/ })).toBeVisible();
  });

  test("a link pasted into an open page logs in as well", async () => {
    const { world } = startBackend({ leads: [aLead()] });
    world.loggedIn = false;
    open("/leads");
    await screen.findByRole("heading", { name: "Log in to Clonnect" });
    window.location.hash = "#link=good";
    expect(await screen.findByRole("button", { name: /^Ana/ })).toBeVisible();
  });

  test("a link that is not good any more says so", async () => {
    const { world } = startBackend();
    world.loggedIn = false;
    window.history.replaceState(null, "", "/app#link=used");
    takeLink();
    open("/");
    expect(await screen.findByRole("alert")).toHaveTextContent("This link is not valid any more.");
  });

  test("an old link does no harm to whoever is logged in already", async () => {
    startBackend({ leads: [aLead()] });
    window.history.replaceState(null, "", "/app#link=used");
    takeLink();
    open("/leads");
    expect(await screen.findByRole("button", { name: /^Ana/ })).toBeVisible();
  });

  test("an e-mail and its password log in; a wrong one is refused with the reason", async () => {
    const { world } = startBackend({ leads: [aLead()] });
    world.loggedIn = false;
    const { user } = open("/leads");
    await user.type(await screen.findByLabelText("E-mail"), "ana@example.com");
    await user.type(screen.getByLabelText("Password"), "wrong{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("E-mail or password is wrong.");
    await user.clear(screen.getByLabelText("Password"));
    await user.type(screen.getByLabelText("Password"), "right{Enter}");
    expect(await screen.findByRole("button", { name: /^Ana/ })).toBeVisible();
  });

  test("whoever was invited chooses a password and is in", async () => {
    const { world } = startBackend({ leads: [aLead()] });
    world.loggedIn = false;
    window.history.replaceState(null, "", "/app#link=invitation");
    takeLink();
    const { user } = open("/leads");
    await screen.findByRole("heading", { name: "You are invited to Clonnect" });
    expect(screen.queryByRole("button", { name: /Accept as/ })).toBeNull();
    const password = screen.getByLabelText("Password");
    expect(password).toHaveAttribute("minlength", "10");
    await user.type(password, "correct horse battery{Enter}");
    expect(await screen.findByRole("button", { name: /^Ana/ })).toBeVisible();
  });

  test("whoever is logged in accepts an invitation by a button, and not by opening it", async () => {
    startBackend({ leads: [aLead()] });
    window.history.replaceState(null, "", "/app#link=invitation");
    takeLink();
    const { user } = open("/leads");
    await user.click(await screen.findByRole("button", { name: "Accept as ana@example.com" }));
    expect(await screen.findByRole("button", { name: /^Ana/ })).toBeVisible();
  });

  test("an invitation may wait", async () => {
    const { world } = startBackend();
    world.loggedIn = false;
    window.history.replaceState(null, "", "/app#link=invitation");
    takeLink();
    const { user } = open("/leads");
    await user.click(await screen.findByRole("button", { name: "Not now" }));
    expect(await screen.findByRole("heading", { name: "Log in to Clonnect" })).toBeVisible();
  });

  test("whoever's session has ended is asked to log in", async () => {
    const { world, tell } = startBackend({ leads: [aLead()] });
    open("/leads");
    await screen.findByRole("button", { name: /^Ana/ });
    await screen.findByText("Live");
    world.loggedIn = false;
    server.use(http.get("*/dm/leads/demo", () => problem(401, "Log in first.")));
    tell("lead.scored");
    expect(await screen.findByRole("heading", { name: "Log in to Clonnect" })).toBeVisible();
  });

  test("a server that is away is no reason to log in again", async () => {
    startBackend();
    server.use(http.get("*/auth/me", () => problem(503, "Clonnect is starting.")));
    open("/leads");
    expect(await screen.findByRole("alert")).toHaveTextContent("Clonnect is starting.");
    expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  });

  test("the simulator is there in a demo only", async () => {
    startBackend({ demo: false });
    const { router } = open("/simulator");
    await waitFor(() => expect(router.state.location.pathname).toBe("/leads"));
    expect(await screen.findByRole("link", { name: "Leads" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "Simulator" })).toBeNull();
  });
});

describe("the menu", () => {
  test("the language changes at once and is remembered", async () => {
    startBackend();
    const { user } = open("/leads");
    await user.click(await screen.findByRole("button", { name: "Account, language and theme" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Español" }));
    expect(await screen.findByRole("link", { name: "Simulador" })).toBeVisible();
    expect(document.documentElement).toHaveAttribute("lang", "es");
    await user.click(screen.getByRole("button", { name: "Cuenta, idioma y tema" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "English" }));
  });

  test("the password is changed, and a wrong one says so", async () => {
    const { writes } = startBackend();
    const { user } = open("/leads");
    await user.click(await screen.findByRole("button", { name: "Account, language and theme" }));
    await user.click(await screen.findByRole("menuitem", { name: "Change password" }));
    await user.type(await screen.findByLabelText("Present password"), "wrong");
    await user.type(screen.getByLabelText("New password"), "correct horse battery{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("This is not the present password.");
    expect(writes).toEqual([]);
    await user.clear(screen.getByLabelText("Present password"));
    await user.type(screen.getByLabelText("Present password"), "right{Enter}");
    expect(await screen.findByText("Your password is changed.")).toBeVisible();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(writes).toEqual([
      {
        path: "password",
        body: { current: "right", password: "correct horse battery" },
        csrf: "the-token",
      },
    ]);
  });

  test("whoever acts for several creators changes between them, and it is remembered", async () => {
    startBackend({ leads: [aLead()], creators: ["demo", "luz"], demo: false });
    const { user } = open("/leads");
    await screen.findByRole("button", { name: /^Ana/ });
    await user.click(screen.getByRole("button", { name: "Account, language and theme" }));
    expect(await screen.findByRole("menuitemradio", { name: "demo" })).toBeChecked();
    await user.click(screen.getByRole("menuitemradio", { name: "luz" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: /^Ana/ })).toBeNull());
    cleanup();
    open("/leads");
    await user.click(await screen.findByRole("button", { name: "Account, language and theme" }));
    expect(await screen.findByRole("menuitemradio", { name: "luz" })).toBeChecked();
  });

  test("whoever acts for one creator has nothing to choose", async () => {
    startBackend();
    const { user } = open("/leads");
    await user.click(await screen.findByRole("button", { name: "Account, language and theme" }));
    await screen.findByRole("menuitemradio", { name: "English" });
    expect(screen.queryByRole("menuitemradio", { name: "demo" })).toBeNull();
  });

  test("the dark theme is dark", async () => {
    startBackend();
    const { user } = open("/leads");
    await user.click(await screen.findByRole("button", { name: "Account, language and theme" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Dark" }));
    expect(document.documentElement).toHaveClass("dark");
  });
});
