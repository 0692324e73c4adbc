import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Toaster } from "@/components/Toaster";
import { SessionGate } from "@/features/session/SessionGate";
import type { newRouter } from "@/router";

type Props = { client: QueryClient; router: ReturnType<typeof newRouter> };

export function App({ client, router }: Props) {
  return (
    <QueryClientProvider client={client}>
      <SessionGate>
        <RouterProvider router={router} />
      </SessionGate>
      <Toaster />
    </QueryClientProvider>
  );
}
