import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { isGone } from "@/api/client";
import { settleDraft, type Settlement } from "@/api/drafts";
import { keyOf, keysOfPeople, takeOut } from "@/api/queries";
import type { Draft } from "@/api/types";
import { nameOf } from "./people";
import { useReason } from "./reasons";
import { useCreator } from "./session";

type Settled = Awaited<ReturnType<typeof settleDraft>>;

/**
 * Settles a draft and says what became of it. Nothing is shown before the server has confirmed it: what was sent or
 * rejected cannot be taken back. `onLeave` is called just before the draft leaves the lists.
 */
export function useSettleDraft(draft: Draft, onLeave: () => void) {
  const { t } = useTranslation();
  const creator = useCreator();
  const client = useQueryClient();
  const tell = useOutcome(draft);
  return useMutation({
    mutationKey: keyOf("drafts", creator),
    mutationFn: (settlement: Settlement) => settleDraft(creator, draft.id, settlement),
    onSuccess: async (settled) => {
      tell(settled);
      onLeave();
      await takeOut(client, creator, "drafts", draft.id);
      if (settled.shown)
        keysOfPeople(creator).forEach((queryKey) => void client.invalidateQueries({ queryKey }));
    },
    onError: (error, { how }) => {
      if (!isGone(error)) return;
      // What somebody was typing stays with its error; of anything else nothing is lost.
      if (how !== "edit") {
        toast.error(t("waiting.gone"));
        onLeave();
      }
      void client.invalidateQueries({ queryKey: keyOf("drafts", creator) });
    },
  });
}

function useOutcome(draft: Draft): (settled: Settled) => void {
  const { t } = useTranslation();
  const inWords = useReason();
  const name = nameOf(draft) ?? t("lead.nameless");
  return (settled) => {
    if (!("delivery" in settled)) {
      const done = settled.settled === "rejected" ? "draft.rejected" : "draft.regenerating";
      return void toast.success(t(done, { name }));
    }
    const { delivery } = settled;
    const reason = settled.reason === null ? t(`delivery.${delivery}`) : inWords(settled.reason);
    if (delivery === "held" || delivery === "failed") toast.error(t("draft.not_delivered", { name, reason }));
    else if (delivery === "uncertain") toast.warning(t("draft.uncertain", { name }));
    else toast.success(t("draft.sent", { name }));
  };
}
