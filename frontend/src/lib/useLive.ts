import { useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keyOf, keysOfPeople } from "@/api/queries";
import { followLive, type Connection, type LiveEvent } from "./live";

/** At most this often is a list read again, however much happens (milliseconds). */
const BREATH = 400;

/** Keeps what the screens show up to date with the creator's events; says whether the line stands. */
export function useLive(creator: string): Connection {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    const refresh = refresher(client);
    let connectedBefore = false;
    return followLive(creator, {
      onEvent: (event) => refresh(touchedBy(event, creator)),
      onConnection: (now) => {
        setConnection(now);
        // What happened between the first reading of the lists and the opening of the stream is in neither.
        if (now === "live" && !connectedBefore) {
          connectedBefore = true;
          refresh(everything(creator));
        }
      },
    });
  }, [client, creator]);
  return connection;
}

const everything = (creator: string): QueryKey[] => [
  ...keysOfPeople(creator),
  keyOf("bot", creator),
  keyOf("clock", creator),
];

/** The questions whose answers an event may have changed. */
export function touchedBy({ type }: LiveEvent, creator: string): QueryKey[] {
  if (type === "reset") return everything(creator);
  const [noun] = type.split(".");
  if (noun === "lead" || noun === "follower") return keysOfPeople(creator);
  if (noun === "sequence") return [keyOf("followups", creator)];
  if (noun === "creator") return [keyOf("bot", creator)];
  return [];
}

/** Collects keys and has them read again in waves: the next wave starts when the one before has arrived. */
function refresher(client: QueryClient): (keys: QueryKey[]) => void {
  const waiting = new Map<string, QueryKey>();
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (waiting.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, BREATH));
      // A list that is being written to is left alone: its old answer would undo for a moment what is on its way.
      const ready = [...waiting].filter(([, key]) => client.isMutating({ mutationKey: key }) === 0);
      ready.forEach(([name]) => waiting.delete(name));
      await Promise.all(ready.map(([, queryKey]) => client.invalidateQueries({ queryKey })));
    }
    running = false;
  }

  return (keys) => {
    keys.forEach((key) => waiting.set(JSON.stringify(key), key));
    if (!running) void run();
  };
}
