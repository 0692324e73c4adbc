import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { useCreator } from "@/lib/session";
import { resetDemo } from "./queries";

/** Puts the demo back to how it was when it was made. */
export function ResetDemo({ onReset }: { onReset: () => void }) {
  const { t } = useTranslation();
  const creator = useCreator();
  const client = useQueryClient();
  const reset = useMutation({
    mutationFn: () => resetDemo(creator),
    onSuccess: () => {
      onReset();
      toast.success(t("reset.done"));
      return client.invalidateQueries();
    },
    onError: (error) => toast.error(t("reset.refused", { reason: error.message })),
  });
  return (
    <AlertDialog
      trigger={
        <Button
          variant="ghost"
          size="sm"
          className="text-muted-foreground self-start"
          disabled={reset.isPending}
        >
          <RotateCcw aria-hidden />
          {t("reset.button")}
        </Button>
      }
      title={t("reset.title")}
      description={t("reset.description")}
      cancel={t("common.cancel")}
      confirm={t("reset.confirm")}
      onConfirm={() => reset.mutate()}
    />
  );
}
