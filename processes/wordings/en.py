"""What is answered in English."""

from typing import Final

from domain.vocabulary import Intent
from processes.wordings.wordings import Wordings

ENGLISH: Final = Wordings(
    greeting_first="Hi{name|}!",
    price_first="“{product_name}” is {price}.",
    refusal=(
        "Fair enough, thanks for letting me know! If you ever get curious again, you know where to find us.",
        "No problem at all, and thank you for being honest. The door stays open if a question comes up.",
        "All good, not everything is for everyone. Thanks for writing back, and have a lovely day!",
        "Understood! No hard feelings, and questions are always welcome here. Take care!",
    ),
    answers={
        Intent.OPT_OUT: (
            (
                "Understood: no more automatic messages. If you ever want to hear from us again, just write START. "
                "Take care!",
                "Done, nothing automatic reaches you here from now on. To get messages again, simply write START. All "
                "the best!",
                "Of course, we are leaving you in peace. Should you change your mind, writing START is all it takes. "
                "Bye for now!",
            ),
        ),
        Intent.ESCALATION: (
            (
                "This is {creator_name}'s automated assistant, not a person. I have passed your message on: a person "
                "will answer you right here as soon as they can.",
                "Better to let a human handle this, since you are chatting with {creator_name}'s automated assistant. "
                "Notice has been given, and a person will answer you in this chat.",
                "Sure thing. So far you have been talking to {creator_name}'s automated assistant; I have asked for "
                "someone real to take over, and a person will answer you in this conversation.",
            ),
        ),
        Intent.SUPPORT: (
            (
                "Sorry that something is not working, let's look into it. What were you trying to do, and what do you "
                "see exactly? The error text or a screenshot makes it easier to help you.",
                "Oh no, that is annoying. To understand what is happening: at which step do you get stuck, and what "
                "message shows up? A screenshot would be great.",
                "Apologies for the trouble. Are you on a phone or a computer? Tell me also what is on the screen when "
                "it fails, so we can find the cause sooner.",
            ),
        ),
        Intent.INTEREST_STRONG: (
            (
                "That is great to hear! “{product_name}” is {price}, and you can get started here:\n{link}\nIs there "
                "any question left before you sign up?",
                "Wonderful! Here is the link for “{product_name}”:\n{link}\nIt costs {price}. If anything is unclear "
                "before you pay, just ask.",
                "Love it! You can join “{product_name}” for {price} right here:\n{link}\nAll clear, or would you like "
                "to talk something through first?",
            ),
            (
                "That is great to hear! You can get started with “{product_name}” here:\n{link}\nIs there any question "
                "left before you sign up?",
                "Wonderful! Everything about “{product_name}” is behind this link:\n{link}\nIf anything is unclear, "
                "just ask.",
                "Love it! To join “{product_name}”, this is the place:\n{link}\nWould you like to talk something "
                "through first?",
            ),
            (
                "That is great to hear! There are a few options: {choice}. Where do you want to start?",
                "Wonderful! I only need to know which one is yours: {choice}. Which one is it?",
                "Love it! Out of everything there is ({choice}), what would you like to get?",
            ),
        ),
        Intent.OBJECTION_PRICE: (
            (
                "I understand, it is a decision worth thinking over. What would you like to get out of it? Then we can "
                "see whether it is really worth it for you.",
                "It makes sense to look at your budget first. Leaving the price aside for a second, is it what you are "
                "looking for?",
                "Thanks for being upfront about it. Is it more than you can spend right now, or are you not sure it "
                "pays off?",
            ),
        ),
        Intent.OBJECTION_TIME: (
            (
                "I hear you, weeks fill up fast. Being realistic, how much time a week would you have? Then we can see "
                "whether it fits right now.",
                "A packed calendar is something a lot of people know. What takes up most of your time at the moment?",
                "That is fair, and the last thing you need is one more burden. Is there any part of the day that is "
                "more your own?",
            ),
        ),
        Intent.OBJECTION_DOUBT: (
            (
                "Of course, take your time, there is no rush. What is it that makes you hesitate most?",
                "Doubts are a good sign: you are taking it seriously. Is there something in particular that holds you "
                "back?",
                "Let's think it through together if you like. What would you need to know to feel good about a "
                "decision, whichever way it goes?",
            ),
        ),
        Intent.OBJECTION_LATER: (
            (
                "No problem, everything in its own time. When would be a better moment to pick this up again?",
                "Totally fine, no pressure at all. What would have to happen for it to be a good moment?",
                "I get it, other things come first right now. Roughly which month do you have in mind?",
            ),
        ),
        Intent.OBJECTION_WORKS: (
            (
                "Good question, and I would rather not promise you anything: a lot depends on where you start. What "
                "would you like to achieve, and what have you tried so far?",
                "You are right to ask. There is no magic formula, and not everybody needs the same thing. What does "
                "your situation look like today?",
                "A bit of healthy scepticism is fine, there is all sorts out there. Have you had a bad experience with "
                "something similar?",
            ),
        ),
        Intent.OBJECTION_NOT_FOR_ME: (
            (
                "It is normal to wonder about that. Where are you starting from, and what are you looking for? Then we "
                "can see whether it suits you.",
                "Maybe it is, maybe it is not: it depends on what you need. What makes you think it would not fit?",
                "Better to find out now than to regret it later. How much experience do you have, and where would you "
                "like to get to?",
            ),
        ),
        Intent.OBJECTION_COMPLICATED: (
            (
                "Most things look harder at first than they are. Which part looks most complicated to you? Let's start "
                "there.",
                "I know it can be a bit daunting from the outside. What is the first thing that puts you off?",
                "Step by step it often feels different. Is it the technical side that worries you, or rather not "
                "knowing how to begin?",
            ),
        ),
        Intent.OBJECTION_ALREADY_HAVE: (
            (
                "Nice that you already have something similar! What works well for you, and what are you missing? Then "
                "we can see whether this would add anything new.",
                "So you are not starting from zero, that is great. Is there anything you still struggle with?",
                "Makes perfect sense not to pay for the same thing twice. What are you using now, and how is it going?",
            ),
        ),
        Intent.QUESTION_PRODUCT: (
            (
                "“{product_name}” is {price}. What else would you like to know?",
                "It costs {price} to get “{product_name}”. Any other question on your mind?",
                "The price of “{product_name}” comes to {price}. Is there anything more to clear up before you decide?",
                "Happy to tell you: {price} for “{product_name}”. What matters most to you about it?",
            ),
            (
                "You can see everything about “{product_name}” here:\n{link}\nWhat would you like to know in "
                "particular?",
                "The details of “{product_name}” are on this page:\n{link}\nHave a look: which questions are still "
                "open?",
                "For the full picture of “{product_name}”, go to:\n{link}\nIs there something specific you care about?",
            ),
            (
                "Gladly! This is what there is: {choice}. Which one shall I tell you more about?",
                "It depends on which one you mean: {choice}. Which are we talking about?",
                "At the moment you can choose between these options: {choice}. What interests you?",
            ),
        ),
        Intent.LEAD_MAGNET: (
            (
                "To get you started, here is “{product_name}”:\n{free_link}\nWhat do you think of it?",
                "Sure! “{product_name}” costs nothing, and you find it here:\n{free_link}\nWhich part of the topic "
                "interests you most?",
                "Here you go, “{product_name}”, free of charge:\n{free_link}\nHope it helps. What would you like to "
                "achieve?",
            ),
        ),
        Intent.INTEREST_SOFT: (
            (
                "Great that “{product_name}” caught your eye! What would you like to achieve?",
                "Glad you are curious about “{product_name}”. Is this new to you, or have you done something like it "
                "before?",
                "Good place to start looking! What made you notice “{product_name}”?",
                "Tell me a bit about yourself and we can see whether “{product_name}” suits you: where are you right "
                "now?",
            ),
            (
                "Great to hear! This is what there is: {choice}. Which one speaks to you most?",
                "Glad you are curious. You can pick from {choice}. Where would you like to start?",
                "Lovely! Depending on what you are after, there is this: {choice}. What comes closest to your needs?",
            ),
        ),
        Intent.QUESTION_GENERAL: (
            (
                "This is {creator_name}'s assistant. I can tell you about the work and what is on offer. What would "
                "you like to know?",
                "Good question. I am {creator_name}'s assistant, here for anything about what we do. What are you most "
                "curious about?",
                "You have reached {creator_name}'s assistant. Are you after something specific, or rather a general "
                "idea of what there is?",
            ),
        ),
        Intent.GREETING: (
            (
                "Hi{name|}! So good to hear from you 😊 What can I do for you?",
                "Hello{name|}! Thanks for stopping by. What brings you here?",
                "Hey{name|}! How is it going? Tell me, what would you like to know?",
                "Hi there{name|}! Nice of you to write 😊 Are you looking for something in particular?",
            ),
        ),
        Intent.THANKS: (
            (
                "You are welcome{name|}! If any question comes up, just write 😊",
                "Any time{name|}! Feel free to message whenever you like.",
                "My pleasure{name|}! Glad it helps.",
                "No worries{name|}! Have a great day.",
            ),
        ),
        Intent.GOODBYE: (
            (
                "See you soon{name|}! All the best 😊",
                "Take care{name|}! Come back whenever you like.",
                "Bye{name|}! It was lovely talking to you.",
                "So long{name|}! Thanks for the chat 😊",
            ),
        ),
    },
)
