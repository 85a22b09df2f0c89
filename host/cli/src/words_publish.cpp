// SPDX-License-Identifier: AGPL-3.0-or-later
// What authors do at a registry.
#include "author_commands.hpp"
#include "publish_session.hpp"
#include "words.hpp"

namespace rapt::cli {

std::vector<Command> publish_words() {
  return {
      {"publish", "[BUNDLE | DIR]", 0, 1,
       "Hands a module in at a registry, shows what that finds, and vouches for it with your key.",
       "rapt publish link-fence --key my-school.key\n"
       "rapt publish link-fence-1.0.0.rapt --key my-school.key --category safety --wait\n"
       "rapt publish --release link-fence@1.0.0 --key my-school.key",
       with_publish_options({{"channel", "CHANNEL", "stable, or beta, where pre-releases go"},
                             {"category", "NAME", "what it is for, as the registry's pages list it"},
                             {"wait", "", "also for an operator's review, where one is needed"},
                             {"release", "NAME@VERSION", "the second step alone: it was handed in, and is approved"},
                             {"sdk", "DIR", "for a folder with sources: where the SDK is installed"}}),
       run_publish},
      {"yank", "NAME@VERSION", 1, 1, "Says of a published version that it should not be installed any more, and why.",
       "rapt yank link-fence@1.0.0 --because 'It lets some links through.' --key my-school.key\n"
       "rapt yank link-fence@1.0.0 --undo --key my-school.key",
       with_publish_options(
           {{"because", "TEXT", "for everybody who has it installed"}, {"undo", "", "it may be installed again"}}),
       run_yank},
      {"publisher register", "NAME", 1, 1, "Makes you a publisher at a registry, with your first key.",
       "rapt publisher register my-school --key my-school.key --title 'My School' --contact it@my-school.example",
       with_publish_options({{"title", "TEXT", "how people read your name"},
                             {"contact", "ADDRESS", "for the registry's operator alone"},
                             {"url", "URL", "your page, https"},
                             {"label", "TEXT", "of the key: where it is kept"}}),
       run_publisher_register},
      {"publisher show", "", 0, 0, "Shows the publisher that a key belongs to, and its keys.",
       "rapt publisher show --key my-school.key", with_publish_options({}), run_publisher_show},
      {"publisher add-key", "FILE", 1, 1, "Adds a key to your publisher: both keys sign that it is so.",
       "rapt publisher add-key new.key --key my-school.key --label laptop",
       with_publish_options({{"label", "TEXT", "where it is kept"}}), run_publisher_add_key},
      {"publisher revoke-key", "KEY_ID", 1, 1,
       "Takes a key back that was lost or stolen: nothing that it has signed is believed any more.",
       "rapt publisher revoke-key 0123456789abcdef --because 'The laptop was stolen.' --key other.key",
       with_publish_options({{"because", "TEXT", "everybody can read it"}}), run_publisher_revoke_key},
      {"publisher renew", "", 0, 0, "Signs your document anew, which is good for 395 days, without changing it.",
       "rapt publisher renew --key my-school.key", with_publish_options({}), run_publisher_renew},
  };
}

}  // namespace rapt::cli
