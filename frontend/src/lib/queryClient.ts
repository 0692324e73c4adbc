import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "@/api/client";
import { sessionKey } from "@/api/queries";

const RETRIES = 2;

/** Who asks again only where asking again can help, and notices when the session has ended. */
export function newQueryClient(): QueryClient {
  const onError = (error: Error): void => {
    if (error instanceof Problem && error.status === 401)
      void client.invalidateQueries({ queryKey: sessionKey });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => !(error instanceof Problem && error.status < 500) && failures < RETRIES,
      },
    },
  });
  return client;
}
