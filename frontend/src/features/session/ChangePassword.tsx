import { useMutation } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { PasswordField } from "./PasswordField";
import { Refusal } from "./Refusal";
import { changePassword } from "./queries";

/** Changes one's own password; every other browser has to log in again. */
export function ChangePassword({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: () => {
      toast.success(t("password.changed"));
      close();
    },
  });

  function close(): void {
    change.reset();
    onClose();
  }

  function submit(event: SyntheticEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    change.mutate({
      current: (form.get("current") as string) || null,
      password: form.get("password") as string,
    });
  }

  return (
    <Dialog open={open} onOpenChange={(wanted) => !wanted && close()}>
      <DialogContent>
        <DialogTitle>{t("password.change")}</DialogTitle>
        <DialogDescription>{t("password.change_hint")}</DialogDescription>
        <form className="flex flex-col gap-4" onSubmit={submit}>
          <PasswordField
            name="current"
            kind="current"
            required={false}
            label={t("password.current")}
            hint={t("password.current_hint")}
          />
          <PasswordField name="password" kind="new" label={t("password.new")} hint={t("password.hint")} />
          <Refusal error={change.error} />
          <Button type="submit" variant="primary" disabled={change.isPending}>
            {t("password.change")}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
