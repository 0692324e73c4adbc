import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keyOf } from "@/api/queries";
import type { Lead, Status } from "@/api/types";
import { nameOf } from "@/lib/people";
import { useCreator } from "@/lib/session";
import { putStatus, showMove } from "./queries";

type Move = { lead: Lead; to: Status; undoes?: boolean };

/** Moves a card at once, takes it back when the server refuses, and offers to undo it when it does not. */
export function useMoveLead(q: string): (lead: Lead, to: Status) => void {
  const { t } = useTranslation();
  const creator = useCreator();
  const client = useQueryClient();
  const boardKey = keyOf("board", creator);
  const { mutate } = useMutation({
    mutationKey: boardKey,
    mutationFn: ({ lead, to }: Move) => putStatus(creator, lead.id, to),
    onMutate: async ({ lead, to }) => {
      await client.cancelQueries({ queryKey: boardKey });
      return { takeBack: showMove(client, creator, q, lead, to) };
    },
    onError: (error, { lead }, context) => {
      context?.takeBack();
      toast.error(
        t("board.move_refused", { name: nameOf(lead) ?? t("lead.nameless"), reason: error.message }),
      );
    },
    onSuccess: (_, { lead, to, undoes }) => {
      const text = t("board.moved", { name: nameOf(lead) ?? t("lead.nameless"), stage: t(`stage.${to}`) });
      const undo = () => mutate({ lead: { ...lead, status: to }, to: lead.status, undoes: true });
      toast.success(text, { action: !undoes && { label: t("common.undo"), onClick: undo } });
    },
    onSettled: (answer) => {
      // While another card is on its way, reading the lists again would put that one back for a moment.
      const last = client.isMutating({ mutationKey: boardKey }) === 1;
      if (!last || answer?.shown === false) return;
      void client.invalidateQueries({ queryKey: boardKey });
      void client.invalidateQueries({ queryKey: keyOf("follower", creator) });
    },
  });
  return (lead, to) => {
    if (lead.status !== to) mutate({ lead, to });
  };
}
