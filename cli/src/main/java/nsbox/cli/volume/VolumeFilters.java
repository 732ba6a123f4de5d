package nsbox.cli.volume;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import nsbox.cli.output.FilterException;
import nsbox.cli.output.FilterTime;
import nsbox.cli.output.Filters;
import nsbox.engine.Volume;

/// Which volumes `--filter` means.
final class VolumeFilters {
  private final Filters filters;
  private final Optional<Boolean> dangling;
  private final Instant now = Instant.now();

  private VolumeFilters(Filters filters) throws FilterException {
    this.filters = filters;
    this.dangling = filters.flag("dangling");
  }

  static VolumeFilters parse(List<String> texts) throws FilterException {
    return new VolumeFilters(
        Filters.parse(
            texts, "all", "anonymous", "dangling", "driver", "label", "label!", "name", "until"));
  }

  /// As `volume prune --filter all=true`.
  boolean asksForAll() throws FilterException {
    return filters.flag("all").orElse(false);
  }

  boolean fits(Volume volume, boolean used) throws IOException, FilterException {
    if (dangling.isPresent() && dangling.get() == used) {
      return false;
    }
    Optional<Boolean> anonymous = filters.flag("anonymous");
    if (anonymous.isPresent() && anonymous.get() != volume.isAnonymous()) {
      return false;
    }
    var labels = volume.labels();
    for (String until : filters.values("until")) {
      if (volume.createdNanos() / 1_000_000_000
          > FilterTime.parse("until", until, now).getEpochSecond()) {
        return false;
      }
    }
    return filters.any("name", name -> volume.name().contains(name))
        && filters.any("driver", name -> name.equals("local"))
        && filters.all("label", wanted -> Filters.hasLabel(labels, wanted))
        && filters.all("label!", wanted -> !Filters.hasLabel(labels, wanted));
  }
}
