import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "@/App";
import { newQueryClient } from "@/lib/queryClient";
import { newRouter } from "@/router";
// The router loads its pages when they are first opened; here no test shall wait for that.
import "@/features/leads/LeadsPage";
import "@/features/simulator/SimulatorPage";
import "@/features/waiting/WaitingPage";

/** Opens the whole program at an address, as somebody's browser would. */
export function open(path: string) {
  const router = newRouter(createMemoryHistory({ initialEntries: [`/app${path}`] }));
  const client = newQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retryDelay: 1 } });
  render(<App client={client} router={router} />);
  return { router, user: userEvent.setup() };
}
