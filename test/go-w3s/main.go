// Command go-w3s is go-w3s-client with a command line, for test/interop: go-w3s URL KEY version | put PATH | get CID FOLDER | status CID | list [MAX].
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ipfs/go-cid"
	w3s "github.com/web3-storage/go-w3s-client"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: go-w3s URL KEY COMMAND [ARGUMENT…]")
	}
	client, err := w3s.NewClient(w3s.WithEndpoint(args[0]), w3s.WithToken(args[1]))
	if err != nil {
		return err
	}
	command, rest := args[2], append(args[3:], "", "")
	switch command {
	case "version":
		return nil
	case "put":
		return put(ctx, client, rest[0])
	case "get":
		return get(ctx, client, rest[0], rest[1])
	case "status":
		return status(ctx, client, rest[0])
	case "list":
		return list(ctx, client, rest[0])
	}
	return fmt.Errorf("there is no command %q", command)
}

func put(ctx context.Context, client w3s.Client, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	root, err := client.Put(ctx, file, w3s.WithDirname(filepath.Dir(path)))
	if err != nil {
		return err
	}
	fmt.Println(root)
	return nil
}

// get writes the files of a directory into a folder.
func get(ctx context.Context, client w3s.Client, text, folder string) error {
	root, err := cid.Parse(text)
	if err != nil {
		return err
	}
	response, err := client.Get(ctx, root)
	if err != nil {
		return err
	}
	_, files, err := response.Files()
	if err != nil {
		return err
	}
	return fs.WalkDir(files, "/", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(folder, path)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		file, err := files.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		content, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}

func status(ctx context.Context, client w3s.Client, text string) error {
	root, err := cid.Parse(text)
	if err != nil {
		return err
	}
	found, err := client.Status(ctx, root)
	if err != nil {
		return err
	}
	return print(found)
}

func list(ctx context.Context, client w3s.Client, max string) error {
	options := []w3s.ListOption{}
	if n, err := strconv.Atoi(max); err == nil {
		options = append(options, w3s.WithMaxResults(n))
	}
	uploads, err := client.List(ctx, options...)
	if err != nil {
		return err
	}
	for {
		upload, err := uploads.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := print(upload); err != nil {
			return err
		}
	}
}

// print writes what the client made of an answer, on one line.
func print(found *w3s.Status) error {
	pins := []map[string]string{}
	for _, pin := range found.Pins {
		pins = append(pins, map[string]string{"status": pin.Status.String(), "peerId": pin.PeerID.String(), "peerName": pin.PeerName, "region": pin.Region})
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"cid": found.Cid.String(), "dagSize": found.DagSize, "created": found.Created, "pins": pins, "deals": len(found.Deals)})
}
