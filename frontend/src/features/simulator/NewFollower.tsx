import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Select } from "@/components/ui/select";
import { CHANNELS, inventId, type Channel } from "./newFollower";

const LONGEST_NAME = 255;

/** Makes up somebody new; they exist for Clonnect from their first message on. */
export function NewFollower({ onMade }: { onMade: (id: string, name: string) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);

  function make(form: FormData): void {
    const name = (form.get("name") as string).trim();
    setOpen(false);
    onMade(inventId(form.get("channel") as Channel, name), name);
  }

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="primary" className="w-full">
          <UserPlus aria-hidden />
          {t("simulator.new_follower")}
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogTitle>{t("simulator.new_follower")}</DialogTitle>
        <DialogDescription>{t("simulator.new_follower_hint")}</DialogDescription>
        <form action={make} className="flex flex-col gap-4">
          <div className="flex flex-col gap-1.5">
            <Label htmlFor="new-name">{t("simulator.name")}</Label>
            <Input
              id="new-name"
              name="name"
              required
              maxLength={LONGEST_NAME}
              pattern=".*\S.*"
              autoComplete="off"
            />
          </div>
          <div className="flex flex-col gap-1.5">
            <Label htmlFor="new-channel">{t("simulator.channel")}</Label>
            <Select id="new-channel" name="channel">
              {CHANNELS.map((channel) => (
                <option key={channel} value={channel}>
                  {t(`platform.${channel}`)}
                </option>
              ))}
            </Select>
          </div>
          <Button type="submit" variant="primary">
            {t("simulator.take_phone")}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
