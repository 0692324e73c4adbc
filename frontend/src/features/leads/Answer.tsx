import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { draftsQuery } from "@/api/drafts";
import { keysOfPeople } from "@/api/queries";
import type { Follower } from "@/api/types";
import { Composer } from "@/components/Composer";
import { DraftCard } from "@/components/drafts/DraftCard";
import { useKeptDrafts } from "@/components/drafts/useKeptDrafts";
import { ErrorNote } from "@/components/ErrorNote";
import { nameOf } from "@/lib/people";
import { useCreator } from "@/lib/session";
import { useNow } from "@/lib/time";
import { useTyping } from "@/lib/useTyping";
import { sendMessage } from "./queries";

/** What can be said to a lead: the answer that the bot proposes, and one's own below it. */
export function Answer({ follower }: { follower: Follower }) {
  const { t } = useTranslation();
  const typing = useTyping(follower.id);
  const sending = useSendMessage(follower.follower_id);
  return (
    <>
      <WaitingDrafts leadId={follower.id} />
      <Composer
        label={t("composer.write_to", { name: nameOf(follower) ?? t("lead.nameless") })}
        send={sending.mutateAsync}
        sending={sending.isPending}
        error={sending.error}
        onTyping={typing}
      />
    </>
  );
}

function WaitingDrafts({ leadId }: { leadId: string }) {
  const { t } = useTranslation();
  const now = useNow();
  const waiting = useInfiniteQuery(draftsQuery(useCreator(), leadId));
  const { drafts, keep } = useKeptDrafts(waiting.data?.pages.flatMap((page) => page.drafts) ?? []);
  return (
    <section
      aria-label={t("waiting.drafts")}
      data-waiting-list
      tabIndex={-1}
      className="max-h-2/5 shrink-0 overflow-y-auto outline-none"
    >
      {waiting.error && !waiting.data && <ErrorNote error={waiting.error} retry={waiting.refetch} />}
      {drafts.map((draft) => (
        <div key={draft.id} className="px-2.5 pb-2.5 md:px-3">
          <DraftCard draft={draft} now={now} onRewriting={keep} />
        </div>
      ))}
    </section>
  );
}

function useSendMessage(followerId: string) {
  const creator = useCreator();
  const client = useQueryClient();
  const attempt = useRef({ text: "", key: "" });
  return useMutation({
    mutationFn: (text: string) => {
      // The first attempt may have arrived although its answer did not: the same words again are not said twice.
      if (attempt.current.text !== text) attempt.current = { text, key: newKey() };
      return sendMessage(creator, followerId, text, attempt.current.key);
    },
    onSuccess: async ({ shown }) => {
      attempt.current = { text: "", key: "" };
      if (shown)
        await Promise.all(keysOfPeople(creator).map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
}

/** Not `randomUUID`, which a browser has only on https. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("-");
}
