package nsbox.cli.network;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import nsbox.cli.output.FilterException;
import nsbox.cli.output.FilterTime;
import nsbox.cli.output.Filters;
import nsbox.network.Network;
import nsbox.network.Networks;

/// Which networks `--filter` means.
final class NetworkFilters {
  private final Filters filters;
  private final Optional<Boolean> dangling;
  private final Instant now = Instant.now();

  private NetworkFilters(Filters filters) throws FilterException {
    this.filters = filters;
    this.dangling = filters.flag("dangling");
    for (String type : filters.values("type")) {
      if (!type.equals("custom") && !type.equals("builtin")) {
        throw new FilterException("type=" + type, "expected custom or builtin");
      }
    }
    for (String until : filters.values("until")) {
      FilterTime.parse("until", until, now);
    }
  }

  static NetworkFilters ofList(List<String> texts) throws FilterException {
    return new NetworkFilters(
        Filters.parse(
            texts,
            "dangling",
            "driver",
            "id",
            "label",
            "label!",
            "name",
            "scope",
            "type",
            "until"));
  }

  static NetworkFilters ofPrune(List<String> texts) throws FilterException {
    return new NetworkFilters(Filters.parse(texts, "label", "label!", "until"));
  }

  /// Whether who uses a network matters, which takes a look at all containers.
  boolean asksForUse() {
    return dangling.isPresent();
  }

  /// @param used only looked at where [#asksForUse]
  boolean fits(Network network, boolean used) throws FilterException {
    boolean builtIn = Networks.isPredefined(network.name());
    if (dangling.isPresent() && dangling.get() == (used || builtIn)) {
      return false;
    }
    for (String until : filters.values("until")) {
      if (network.createdNanos() / 1_000_000_000
          > FilterTime.parse("until", until, now).getEpochSecond()) {
        return false;
      }
    }
    return filters.any("name", name -> network.name().contains(name))
        && filters.any("id", id -> network.id().startsWith(id))
        && filters.any("driver", network.driver()::equals)
        && filters.any("scope", "local"::equals)
        && filters.any("type", type -> type.equals("builtin") == builtIn)
        && filters.all("label", wanted -> Filters.hasLabel(network.labels(), wanted))
        && filters.all("label!", wanted -> !Filters.hasLabel(network.labels(), wanted));
  }
}
