package nsbox.cli.planner;

/// The overviews of commands.
final class Help {
  private Help() {}

  static final String NSBOX =
      """
      Usage: nsbox [OPTIONS] COMMAND

      Runs containers from OCI images, without a daemon.

      Containers:
        run        Create a container from an image and run it
        create     Create a container from an image
        start      Start containers that do not run
        exec       Run a further process in a container
        ps         List containers
        logs       Show what a container wrote
        attach     Take part in a container that runs, until it ends
        top        Show the processes of a container
        stats      Show what containers use of the machine
        port       Show a container's published ports
        stop       Stop containers
        restart    Stop containers and start them again
        kill       Send a signal to containers
        pause      Stop all processes of containers for a while
        unpause    Let them go on
        wait       Wait until containers have ended
        cp         Copy files between containers and the host
        diff       Show what a container has changed
        export     Write a container's root file system as a tar
        mount      Show a container's root file system on the host
        unmount    Take it away from there
        rename     Give a container another name
        update     Change the limits of containers
        rm         Remove containers
        commit     Make an image of a container's changes
        inspect    Show all that is known of containers and images
        healthcheck Ask a container whether it is healthy: run
        container  The same by group, and: exists, prune

      Images:
        images     List images
        pull       Bring images from registries
        push       Bring images to registries
        copy       Copy images between registries, layouts, archives and the store
        load       Load images from an archive
        save       Save images to an archive
        import     Bring images from an OCI layout into the store, or a root filesystem
        tag        Give an image more names
        untag      Take names from an image
        rmi        Remove images
        history    Show the steps in which an image was made
        verify     Check what is stored of images, or their signatures
        bundle     Write an image as an OCI bundle, for any OCI runtime
        image      The same by group, and: exists, mount, prune, tree, unmount

      Registries:
        login      Check and keep a credential for a registry
        logout     Forget the credential for a registry
        search     Look for repositories
        referrers  List what refers to an image of a registry
        artifact   Work with OCI artifacts: SBOMs, signatures, charts

      Host:
        completion Print a script for bash, zsh or fish
        doctor     Say what this host can and cannot do for containers
        events     Show what happens to containers and images
        info       Show the host, and what nsbox keeps on it
        network    Work with networks: how containers reach each other and the world
        secret     Work with secrets: what containers are to know and images are not
        system     The same by group, and what lies on the disk: df, prune
        volume     Work with volumes: files that outlive containers
        version    Print the version

      Options:
        --root DIR       Where images and containers are kept (/var/lib/nsbox, $NSBOX_ROOT)
        --run-root DIR   Where the state of running containers is kept (/run/nsbox, $NSBOX_RUN_ROOT)
        --storage-driver DRIVER
                         How layers become a container's root: overlay, or copy where overlayfs
                         cannot write (what the store's file system allows, $NSBOX_STORAGE_DRIVER)
        --debug          Add a stack trace to an error
        --version        Print the version
        --help           Print this text; 'nsbox COMMAND --help' explains a command
      """;

  /// The commands of a group.
  static String group(String name) {
    return switch (name) {
      case "container" -> CONTAINER;
      case "healthcheck" -> HEALTHCHECK;
      case "image" -> IMAGE;
      case "system" -> SYSTEM;
      case "artifact" -> ARTIFACT;
      case "volume" -> VOLUME;
      case "network" -> NETWORK;
      case "secret" -> SECRET;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static final String CONTAINER =
      """
      Usage: nsbox container COMMAND

      Works with containers.

      Commands:
        commit   Make an image of a container's changes
        attach   Take part in a container that runs, until it ends
        cp       Copy files between containers and the host
        create   Create a container from an image
        diff     Show what a container has changed
        exec     Run a further process in a container
        exists   Tell by the exit code whether a container is there
        inspect  Show all that is known of containers
        export   Write a container's root file system as a tar
        kill     Send a signal to containers
        logs     Show what a container wrote
        ls       List containers
        mount    Show a container's root file system on the host
        pause    Stop all processes of containers for a while
        port     Show a container's published ports
        prune    Remove containers that do not run
        rename   Give a container another name
        restart  Stop containers and start them again
        rm       Remove containers
        run      Create a container from an image and run it
        start    Start containers that do not run
        stats    Show what containers use of the machine
        stop     Stop containers
        top      Show the processes of a container
        unmount  Take a container's root file system away from the host
        unpause  Let the processes of paused containers go on
        update   Change the limits of containers
        wait     Wait until containers have ended
      """;

  private static final String IMAGE =
      """
      Usage: nsbox image COMMAND

      Works with images.

      Commands:
        exists   Tell by the exit code whether an image is there
        history  Show the steps in which an image was made
        import   Bring images from an OCI layout into the store, or a root filesystem
        inspect  Show all that is known of images
        load     Load images from an archive
        ls       List images
        mount    Mount images on the host, read-only
        prune    Remove images that nobody uses
        pull     Bring images from registries
        push     Bring images to registries
        rm       Remove images
        save     Save images to an archive
        tag      Give an image more names
        tree     Show an image's layers, and which images share them
        unmount  Unmount images from the host
        untag    Take names from an image
      """;

  private static final String ARTIFACT =
      """
      Usage: nsbox artifact COMMAND

      Works with OCI artifacts: whatever registries keep that is no image.

      Commands:
        add      Make an artifact of files
        attach   Push files as an artifact that refers to an image
        extract  Write an artifact's files into a folder
        inspect  Show manifests of artifacts
        ls       List artifacts of the store
        pull     Bring artifacts from registries
        push     Bring artifacts to registries
        rm       Remove artifacts
      """;

  private static final String HEALTHCHECK =
      """
      Usage: nsbox healthcheck COMMAND

      Asks containers whether they are healthy.

      Commands:
        run      Ask a container now
      """;

  private static final String NETWORK =
      """
      Usage: nsbox network COMMAND

      Works with networks: how containers reach each other and the world.

      Commands:
        connect     Put a container on a network
        create      Create a network
        disconnect  Take a container off a network
        exists      Tell by the exit code whether a network is there
        inspect     Show all that is known of networks
        ls          List networks
        prune       Remove networks that no container uses
        rm          Remove networks
      """;

  private static final String VOLUME =
      """
      Usage: nsbox volume COMMAND

      Works with volumes: files that outlive containers.

      Commands:
        create   Create a volume
        exists   Tell by the exit code whether a volume is there
        inspect  Show all that is known of volumes
        ls       List volumes
        prune    Remove volumes that no container uses
        rm       Remove volumes
      """;

  private static final String SECRET =
      """
      Usage: nsbox secret COMMAND

      Works with secrets: what containers are to know and images are not.

      Commands:
        create   Keep a secret
        exists   Tell by the exit code whether a secret is there
        inspect  Show all that is known of secrets
        ls       List secrets
        rm       Forget secrets
      """;

  private static final String SYSTEM =
      """
      Usage: nsbox system COMMAND

      Looks after what nsbox keeps.

      Commands:
        df       Show how much space images and containers take
        prune    Remove containers that do not run, and images that nobody uses
        doctor   Say what this host can and cannot do for containers
        events   Show what happens to containers and images
        info     Show the host, and what nsbox keeps on it
        boot     Start the containers that are to run again after a reboot
      """;

  static final String RUNTIME =
      """
      Usage: nsbox-runtime [OPTIONS] COMMAND

      Runs OCI bundles, for people and for engines.

      Commands:
        create    Create a container from a bundle; its program waits for 'start'
        start     Run the program of a created container
        run       Create a container and run it
        exec      Run a further process in a container
        state     Print the state of a container as JSON
        list      List containers
        ps        List the processes of a container
        kill      Send a signal to a container
        pause     Stop all processes of a container for a while
        resume    Let them go on
        update    Change the limits of a container
        events    Print what a container uses, until it ends
        mounts    Change what is mounted in a container: add, remove
        checkpoint
                  Save a running container to files, with criu
        restore   Create a container from a checkpoint
        delete    Delete a container that has ended
        spec      Write a config.json to start from
        features  Say what of the runtime specification is applied

      Options:
        --root DIR           Where the state of containers is kept (/run/nsbox-runtime, or
                             $XDG_RUNTIME_DIR/nsbox-runtime where the caller is not root)
        --log FILE           Write errors there too
        --log-format FORMAT  text or json (text)
        --log-level LEVEL    error, warning, info or debug: what is written there (warning)
        --debug              Add debug lines, and a stack trace to an error
        --cgroup-manager MANAGER
                             Who makes cgroups: cgroupfs (nsbox itself) or systemd (cgroupfs)
        --systemd-cgroup     As --cgroup-manager systemd
        --rootless VALUE     true, false or auto: whether a cgroup that may not be made is done
                             without (auto: where the caller is not the host's root)
        --criu PROGRAM       What checkpoints containers
        --version            Print the version
        --help               Print this text; 'nsbox-runtime COMMAND --help' explains a command
      """;
}
