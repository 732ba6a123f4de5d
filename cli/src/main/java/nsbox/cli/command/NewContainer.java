package nsbox.cli.command;

import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.FileOptions;
import nsbox.bundle.options.NamespaceOptions.IdRange;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.flags.Asked;
import nsbox.cli.flags.ContainerFlags;
import nsbox.cli.flags.HealthFlags;
import nsbox.cli.flags.Joined;
import nsbox.cli.flags.LifecycleFlags;
import nsbox.cli.flags.NetworkFlags;
import nsbox.cli.flags.SecretFlags;
import nsbox.cli.flags.Settings;
import nsbox.cli.flags.SystemdFlag;
import nsbox.cli.image.TransferFlags;
import nsbox.cli.volume.VolumeLookup;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerPlan;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.engine.ContainerTrees;
import nsbox.engine.ContainerVolumes;
import nsbox.engine.Containers;
import nsbox.engine.FreeIds;
import nsbox.engine.FreePorts;
import nsbox.engine.HealthCheck;
import nsbox.engine.Images;
import nsbox.image.Ingest;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;
import nsbox.network.NetworkOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// What `run` and `create` share: from the words of the user to a container on disk, claimed by
/// this process and not started.
final class NewContainer {
  private final Session session;
  private final ParseResult parsed;
  private final List<String> words;
  private final Asked asked;
  private ContainerOptions options;
  private final NetworkOptions networkOptions;
  private final LifecycleFlags lifecycle;
  private final WatchFlags watch;
  private final SecretFlags secretFlags;
  private final SystemdFlag systemd;
  private final HealthFlags health;

  /// A container that is there, and what it will run as.
  record Made(ContainerFolder folder, ContainerRecord record, JsonObject config, Images images) {}

  /// @throws Failure if an option's value is wrong; nothing was done then
  NewContainer(Session session, ParseResult parsed) throws Failure {
    this.session = session;
    this.parsed = parsed;
    this.words = positionals(parsed);
    this.asked = new Asked(parsed, session.invocation(), new ArrayList<>());
    this.options = ContainerFlags.read(asked, words.subList(1, words.size()));
    this.networkOptions = NetworkFlags.read(asked);
    this.lifecycle = LifecycleFlags.read(asked);
    this.watch = WatchFlags.of(parsed, lifecycle.removes());
    this.secretFlags = SecretFlags.read(asked);
    this.systemd = SystemdFlag.read(asked);
    watch.log().check(parsed, session.invocation());
    this.health = HealthFlags.read(asked);
  }

  static void addTo(CommandSpec spec) {
    spec.addPositional(Model.parameters("IMAGE", "1..*", "Image, command and arguments"));
  }

  static Flags flags() {
    Flags flags = new Flags();
    LifecycleFlags.addTo(flags);
    TransferFlags.addTo(flags);
    WatchFlags.addTo(flags);
    HealthFlags.addTo(flags);
    ContainerFlags.addTo(flags);
    SecretFlags.addTo(flags);
    SystemdFlag.addTo(flags);
    return flags;
  }

  ContainerOptions options() {
    return options;
  }

  /// Makes the container. Its run folder is this process's: whoever starts it goes on from there,
  /// all others release it.
  Made make() throws Exception {
    if (lifecycle.pickedIds() == 0) {
      return makeWithItsIds();
    }
    session.roots().create();
    try (FreeIds ids = FreeIds.lock(session.containers())) {
      pick(ids);
      return makeWithItsIds();
    }
  }

  private void pick(FreeIds ids) throws IOException {
    List<IdRange> range = List.of(ids.pick(lifecycle.pickedIds()));
    options = options.withNamespaces(options.namespaces().withIds(range));
  }

  private Made makeWithItsIds() throws Exception {
    for (String warning : asked.warnings()) {
      session.front().err("nsbox: " + warning + "\n");
    }
    Images images = session.images();
    /* From here on nobody takes the image away, until the container is there and needs it no more. */
    try (Ingest lease = images.store().ingest()) {
      StoredImage image = new ImageChoice(session, images, lease).find(words.getFirst(), parsed);
      Images.Unpacked unpacked = images.unpack(image);
      List<FileOptions.Mount> forSystemd = prepareForSystemd(image);
      FurtherFiles further =
          FurtherFiles.find(options, secretFlags, session, images, lease, parsed);
      makeVolumeSources(options);
      WantedMounts mounts = new WantedMounts(session, options.files().mounts());
      mounts.addFrom(values(parsed, "--volumes-from"));
      JsonObject joins = joins();
      replace();
      String id = Containers.newId();
      ContainerFolder folder = session.containers().folder(id);
      ContainerMaker maker = new ContainerMaker(session.containers(), session.caller());
      String taken = lifecycle.name().orElse("");
      NewNetworks networks = NewNetworks.of(session, networkOptions, image.config(), asked);
      try (FreePorts ports = networks.choose(session.containers())) {
        taken = maker.claim(id, lifecycle.name());
        ContainerVolumes volumes =
            mounts.resolve(
                VolumeLookup.volumes(session),
                further.trees(),
                folder,
                FurtherFiles.volumeOwner(options),
                unpacked.image().config().volumes());
        ContainerPlan plan =
            ContainerPlan.make(
                folder,
                images,
                unpacked,
                options.withMounts(
                    FurtherFiles.filled(further.withSecrets(volumes.mounts(), folder), forSystemd)),
                networkOf(joins),
                networks.addresses(),
                session.defaultFilter());
        NewRecord newRecord = newRecord(networks);
        ContainerRecord record =
            newRecord.make(plan, images, unpacked, taken, joins, ports.ports());
        record.json().put("mounts", volumes.shown());
        further.trees().addTo(record.json());
        further.secrets().addTo(record.json());
        JsonObject settings =
            new Settings(asked, options, image.config(), networkOptions)
                .make(words.getFirst(), plan.bundle().config(), record.json().object("labels"));
        if (!further.secrets().shown().isEmpty()) {
          settings.object("Config").put("Secrets", further.secrets().shown());
        }
        HealthCheck check = newRecord.health(unpacked);
        if (!check.json().isEmpty()) {
          settings.object("Config").put("Healthcheck", check.json());
        }
        maker.make(plan, record, settings, images.driver(), further.trees(), further.secrets());
        writeId(id);
        session.events().container("create", record);
        return new Made(folder, record, plan.bundle().config(), images);
      } catch (Exception e) {
        Removal.remove(session, folder, taken);
        throw e;
      }
    }
  }

  private List<FileOptions.Mount> prepareForSystemd(StoredImage image) throws IOException, Failure {
    if (!systemd.isMeant(options, image.config())) {
      return List.of();
    }
    options = systemd.applied(options, image.config());
    return SystemdFlag.mounts();
  }

  /// The same on paper. What a secret says is not told.
  String explain(Staying staying) throws Exception {
    if (lifecycle.pickedIds() > 0) {
      session.roots().create();
      try (FreeIds ids = FreeIds.lock(session.containers())) {
        pick(ids);
      }
    }
    Images images = session.images();
    try (Ingest lease = images.store().ingest()) {
      StoredImage image = new ImageChoice(session, images, lease).find(words.getFirst(), parsed);
      Images.Unpacked unpacked = images.unpack(image);
      List<FileOptions.Mount> forSystemd = prepareForSystemd(image);
      JsonObject joins = joins();
      ContainerFolder folder = session.containers().folder("<id>");
      NewNetworks networks = NewNetworks.of(session, networkOptions, image.config(), asked);
      ContainerPlan plan =
          ContainerPlan.make(
              folder,
              images,
              unpacked,
              options.withMounts(
                  FurtherFiles.filled(onPaper(options.files().mounts()), forSystemd)),
              networkOf(joins),
              networks.addresses(),
              session.defaultFilter());
      ContainerRecord record =
          newRecord(networks)
              .make(
                  plan,
                  images,
                  unpacked,
                  lifecycle.name().orElse("<name>"),
                  joins,
                  networks.onPaper());
      return Explanation.of(
          words.getFirst(),
          images,
          unpacked,
          plan,
          Starting.program(
              session, new Made(folder, record, plan.bundle().config(), images), staying));
    }
  }

  /* Volumes are neither made nor looked for. */
  private List<FileOptions.Mount> onPaper(List<FileOptions.Mount> mounts) {
    List<FileOptions.Mount> shown = new ArrayList<>();
    for (FileOptions.Mount mount : mounts) {
      List<String> options = new ArrayList<>(mount.options());
      options.remove(ContainerVolumes.NO_COPY);
      String name = mount.source().isEmpty() ? "<volume>" : mount.source();
      String data = session.roots().volumes().resolve(name).resolve("_data").toString();
      String image = session.roots().run().resolve("<id>").resolve(mount.source()).toString();
      shown.add(
          switch (mount.type()) {
            case ContainerVolumes.TYPE ->
                new FileOptions.Mount("bind", data, mount.destination(), options, mount.flag());
            case ContainerTrees.TYPE ->
                new FileOptions.Mount(
                    "bind", image, mount.destination(), List.of("bind"), mount.flag());
            default -> mount;
          });
    }
    return shown;
  }

  private NewRecord newRecord(NewNetworks networks) {
    return new NewRecord(session, words.getFirst(), options, lifecycle, networks, watch, health);
  }

  /* IDs by the type of the namespace. */
  private JsonObject joins() throws Exception {
    JsonObject joins = new JsonObject();
    for (Joined joined : Joined.of(options.namespaces())) {
      ContainerFolder folder = Lookup.other(session, joined.container());
      if (!(folder.state() instanceof ContainerState.Running)) {
        throw new Failure(
            joined.option()
                + " container:"
                + joined.container()
                + ": cannot join the "
                + joined.type()
                + " namespace of a container that does not run");
      }
      joins.put(joined.type(), folder.id());
    }
    return joins;
  }

  private Optional<ContainerFolder> networkOf(JsonObject joins) throws IOException {
    Optional<String> id = joins.optionalString("network");
    return id.isEmpty() ? Optional.empty() : Optional.of(session.containers().folder(id.get()));
  }

  private void replace() throws Exception {
    if (!lifecycle.replaces()) {
      return;
    }
    Optional<ContainerFolder> old = session.containers().find(lifecycle.name().get());
    if (old.isPresent() && old.get().record().name().equals(lifecycle.name().get())) {
      RmCommand.remove(session, old.get(), true, 0, false);
    }
  }

  private void writeId(String id) throws IOException {
    if (lifecycle.idFile().isPresent()) {
      Files.writeString(lifecycle.idFile().get(), id, StandardOpenOption.CREATE_NEW);
    }
  }

  /* As docker does: what is to be shown and is not there becomes a folder. */
  private static void makeVolumeSources(ContainerOptions options) throws IOException {
    for (FileOptions.Mount mount : options.files().mounts()) {
      if (mount.flag().equals("--volume") && mount.isBind()) {
        Path source = Path.of(mount.source());
        if (!Files.exists(source)) {
          Files.createDirectories(source);
        }
      }
    }
  }
}
